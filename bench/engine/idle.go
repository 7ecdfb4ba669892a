package main

import (
	"fmt"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// idle is what a connection that had one answer and waits for its next request costs p, in bytes of anonymous memory.
func idle(p *peer, many int) (float64, error) {
	s := shape{connections: many, answer: 200}
	before := measure.Anonymous(p.processes()...)
	all, err := clients(p.address, s)
	defer func() {
		for _, c := range all {
			_ = c.conn.Close()
		}
	}()
	for _, c := range all {
		if err == nil {
			err = c.once()
		}
	}
	if err != nil {
		return 0, err
	}
	time.Sleep(settle)
	return float64(measure.Anonymous(p.processes()...)-before) / float64(many), nil
}

// settle is how long memory that was only used for a moment has to be given back.
const settle = 3 * time.Second

func reportIdle(proxies []*peer, many int) error {
	fmt.Printf("memory of an idle connection, %d of them\n", many)
	for _, p := range proxies {
		cost, err := idle(p, many)
		if err != nil {
			return fmt.Errorf("idle connections of %s: %w", p.name, err)
		}
		fmt.Printf("  %-9s %6.1f KiB\n", p.name, cost/1024)
	}
	return nil
}
