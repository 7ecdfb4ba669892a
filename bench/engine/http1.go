package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// client is one connection that sends requests, one after the other.
type client struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
	answer  int
}

// ask is one kind of request of HTTP/1.1, over so many connections.
type ask struct {
	connections, answer, send int
	secure                    bool
}

// clients are connections that have had one answer each: what a connection costs is no cost of a request.
type clients []*client

func (a ask) open(p *peer) (traffic, error) {
	return a.dial(p)
}

func (a ask) dial(p *peer) (clients, error) {
	request := fmt.Appendf(nil, "GET /bench?%d HTTP/1.1\r\nHost: %s\r\n\r\n", a.answer, host)
	if a.send > 0 {
		request = fmt.Appendf(nil, "POST /bench?%d HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s",
			a.answer, host, a.send, bytes.Repeat([]byte("y"), a.send))
	}
	var all clients
	for range a.connections {
		conn, err := connect(p, a.secure)
		if err != nil {
			return all, err
		}
		one := &client{conn, bufio.NewReaderSize(conn, min(32<<10, 512+a.answer)), request, a.answer}
		all = append(all, one)
		if err := one.once(); err != nil {
			return all, err
		}
	}
	return all, nil
}

func connect(p *peer, secure bool) (net.Conn, error) {
	if !secure {
		return net.Dial("tcp", p.plain)
	}
	return tls.Dial("tcp", p.secure, asking())
}

func (all clients) close() {
	for _, c := range all {
		_ = c.conn.Close()
	}
}

// run has all of them send for so long, and returns how many requests were answered. At most busy are on their way at once: above
// that the connections take turns, for a proxy would need as many to its backends.
func (all clients) run(length time.Duration) (int64, error) {
	const busy = 256
	return together(min(busy, len(all)), length, func(worker, turn int) error {
		share := len(all) / min(busy, len(all))
		return all[worker*share+turn%share].once()
	})
}

// together has workers do something again and again for so long, and returns how often it was done.
func together(workers int, length time.Duration, do func(worker, turn int) error) (int64, error) {
	var done atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, workers)
	until := time.Now().Add(length)
	for worker := range workers {
		group.Go(func() {
			for turn := 0; time.Now().Before(until); turn++ {
				if err := do(worker, turn); err != nil {
					failures <- err
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	close(failures)
	return done.Load(), <-failures
}

func (c *client) once() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	return readAnswer(c.in, c.answer)
}

// readAnswer reads one answer with a Content-Length: a client that costs little leaves the cores to the proxy.
func readAnswer(in *bufio.Reader, want int) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) {
			return fmt.Errorf("answered %q", line)
		}
		if len(line) == 2 {
			break
		}
		if name, value, is := bytes.Cut(line, []byte(":")); is && bytes.EqualFold(name, []byte("content-length")) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	if length != want {
		return fmt.Errorf("the answer has %d bytes, not %d: it is not the backend's", length, want)
	}
	_, err := in.Discard(length)
	return err
}
