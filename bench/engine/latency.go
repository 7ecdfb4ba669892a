package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// share of the slowest one's peak is what all are sent.
const share = 0.7

// latencies sends all proxies the same rate, which the slowest of them holds. The model is open: when each request is to be sent was
// fixed beforehand, and its time counts from then, so a proxy that holds back the client does not hide it (coordinated omission).
func latencies(ctx context.Context, s *stage, p plan) error {
	all, err := s.start(ctx, p, runtime.NumCPU())
	defer stopAll(all)
	if err != nil {
		return err
	}
	w := ask{connections: 64, answer: small}
	peaks, err := interleave(ctx, all, w, (p.rounds+1)/2, usual, p.length)
	if err != nil {
		return err
	}
	slowest := slices.MinFunc(all, func(a, b *peer) int { return cmp.Compare(peak(peaks, a), peak(peaks, b)) })
	rate := share * peak(peaks, slowest)
	fmt.Fprintf(os.Stderr, "sending %.0f a second\n", rate)
	found := map[float64]map[string][]float64{}
	for _, at := range levels {
		found[at] = map[string][]float64{}
	}
	for range p.rounds {
		for _, one := range all {
			times, err := open(one, w, rate, 2*p.length)
			if err = errors.Join(ctx.Err(), err); err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
			for _, at := range levels {
				found[at][one.name] = append(found[at][one.name], percentile(times, at))
			}
		}
	}
	t := newTable(fmt.Sprintf("200 B, ms at %.0f a second, %.0f %% of the peak of %s", rate, 100*share, slowest.name), all...)
	for _, one := range all {
		for _, at := range levels {
			cell := spread("%.2f", found[at][one.name])
			if one == all[0] && at == judged && len(all) > 1 {
				cell += " " + verdict(all, found[at])
			}
			t.add(fmt.Sprintf("p%g", 100*at), cell)
		}
		t.add("peak, a second", fmt.Sprintf("%.0f", peak(peaks, one)))
	}
	t.print()
	return nil
}

// levels are the shares of requests that were answered sooner than what is printed; judged is the one with a bar.
var levels = []float64{0.5, judged, 0.999}

const judged = 0.99

// verdict holds Banyan's median against the highest round of the peer that has the lowest median.
func verdict(all []*peer, found map[string][]float64) string {
	best := slices.MinFunc(all[1:], func(a, b *peer) int { return cmp.Compare(measure.Median(found[a.name]), measure.Median(found[b.name])) })
	return bar{must: slices.Max(found[best.name])}.mark(measure.Median(found[all[0].name])) + ", the highest of " + best.name
}

func peak(s series, p *peer) float64 {
	return s.middle(p.name, func(s sample) float64 { return s.rate })
}

// percentile is in milliseconds; it sorts.
func percentile(times []time.Duration, at float64) float64 {
	slices.Sort(times)
	return float64(times[min(len(times)-1, int(at*float64(len(times))))]) / 1e6
}

// open sends at a rate over as many connections as a takes, and returns how long each answer took. A request that finds none of them
// free waits, while its time runs. What goes before the measure warms up.
func open(p *peer, a ask, rate float64, length time.Duration) ([]time.Duration, error) {
	all, err := a.dial(p)
	defer all.close()
	if err != nil {
		return nil, err
	}
	warm := int(rate * length.Seconds() / 10)
	sched := schedule{time.Now(), rate, make([]time.Duration, warm+int(rate*length.Seconds()))}
	free, failures := make(chan pacing, len(all)), make(chan error, len(all))
	for _, c := range all {
		one := pacing{c, make(chan int, 1)}
		defer close(one.sent)
		free <- one
		go func() {
			for i := range one.sent {
				if err := readAnswer(c.in, c.answer); err != nil {
					failures <- err
					return
				}
				sched.times[i] = time.Since(sched.due(i))
				free <- one
			}
		}()
	}
	for i := range len(sched.times) + len(all) {
		if i < len(sched.times) {
			nap(time.Until(sched.due(i)))
		}
		var one pacing
		select {
		case one = <-free: // those after the last request have come back for good
		case err := <-failures:
			return nil, err
		}
		if i >= len(sched.times) {
			continue
		}
		one.sent <- i
		if _, err := one.c.conn.Write(one.c.request); err != nil {
			return nil, err
		}
	}
	return sched.times[warm:], nil
}

// pacing is a connection that is free, and how its reader is told which request was sent.
type pacing struct {
	c    *client
	sent chan int
}

// schedule is when each request is due, and how long it took from then.
type schedule struct {
	start time.Time
	rate  float64
	times []time.Duration
}

func (s schedule) due(i int) time.Time {
	return s.start.Add(time.Duration(float64(i) / s.rate * float64(time.Second)))
}
