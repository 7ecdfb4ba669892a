package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

const (
	// settle is how long memory that was only used for a moment has to be given back.
	settle = 3 * time.Second
	// idleBar is for a connection that waits, in KiB.
	idleBar = 4
)

// idles prints what a connection that had an answer and waits for its next request holds, in anonymous memory: what that grows by when
// there are so many more than a few hundred. The first few hundred, and a second of requests, pay for what does not grow with them.
func idles(ctx context.Context, s *stage, p plan) error {
	all, err := s.start(ctx, p, runtime.NumCPU())
	defer stopAll(all)
	if err != nil {
		return err
	}
	t := newTable("an idle connection", all...)
	name := fmt.Sprintf("KiB, with %d of them", p.idle)
	for _, one := range all {
		cost, err := idle(one, p.idle)
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		cell := fmt.Sprintf("%.1f", cost/1024)
		if one == all[0] {
			cell += " " + bar{must: idleBar}.mark(cost/1024)
		}
		t.add(name, cell)
	}
	t.print()
	return nil
}

func idle(p *peer, many int) (float64, error) {
	const few = 500
	first, err := ask{connections: few, answer: small}.dial(p)
	defer first.close()
	if err == nil {
		_, err = first.run(time.Second)
	}
	if err != nil {
		return 0, err
	}
	time.Sleep(settle)
	before := measure.Anonymous(p.processes()...)
	more, err := ask{connections: many, answer: small}.dial(p)
	defer more.close()
	if err != nil {
		return 0, err
	}
	time.Sleep(settle)
	return float64(measure.Anonymous(p.processes()...)-before) / float64(many), nil
}
