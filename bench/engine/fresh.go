package main

import "time"

// fresh is traffic of connections alone, as many at once as there are workers: each is opened, used and closed. Secure ones agree in
// full, for the client resumes nothing; the request is left out of them, so that the handshake is what is measured.
type fresh struct {
	workers int
	secure  bool
}

type freshly struct {
	fresh
	p *peer
}

func (f fresh) open(p *peer) (traffic, error) { return freshly{f, p}, nil }

func (f freshly) run(length time.Duration) (int64, error) {
	return together(f.workers, length, func(int, int) error {
		if !f.secure {
			all, err := ask{connections: 1, answer: small}.dial(f.p)
			all.close()
			return err
		}
		conn, err := connect(f.p, true)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (f freshly) close() {}
