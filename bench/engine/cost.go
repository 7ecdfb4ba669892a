package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// traffic is what is sent through a proxy over connections that are open.
type traffic interface {
	// run sends for so long, and returns how many requests were answered.
	run(length time.Duration) (int64, error)
	close()
}

// workload is a kind of traffic; open's traffic is to be closed even where it fails.
type workload interface {
	open(p *peer) (traffic, error)
}

// one measures p for so long, after a tenth of that for warming up.
func one(p *peer, w workload, length time.Duration) (reading, error) {
	t, err := w.open(p)
	defer func() {
		if t != nil {
			t.close()
		}
	}()
	if err != nil {
		return reading{}, err
	}
	if _, err := t.run(length / 10); err != nil {
		return reading{}, err
	}
	pids := p.processes()
	start, before, ticks := time.Now(), measure.CPU(pids...), measure.Ticks(pids...)
	done, err := t.run(length)
	after := measure.Ticks(pids...)
	return reading{
		done: done, took: time.Since(start), cpu: measure.CPU(pids...) - before,
		user: after[0] - ticks[0], system: after[1] - ticks[1], memory: measure.Resident(pids...),
	}, err
}

// interleave measures every proxy in every round, in turns of a slice and in both directions, so that what disturbs the machine
// disturbs all of them.
func interleave(ctx context.Context, all []*peer, w workload, rounds, slices int, length time.Duration) (series, error) {
	found := series{}
	for range rounds {
		sums := make([]reading, len(all))
		for slice := range slices {
			for i := range all {
				if slice%2 == 1 {
					i = len(all) - 1 - i
				}
				r, err := one(all[i], w, length/time.Duration(slices))
				if err = errors.Join(ctx.Err(), err); err != nil {
					return found, fmt.Errorf("%s: %w", all[i].name, err)
				}
				sums[i].add(r)
			}
		}
		for i, p := range all {
			found[p.name] = append(found[p.name], sums[i].sample())
		}
	}
	return found, nil
}

// usual is how many slices a round has.
const usual = 4

// costs prints what a request of each kind costs, and the ratios with their bars.
func costs(ctx context.Context, s *stage, p plan) error {
	all, err := s.start(ctx, p, runtime.NumCPU())
	defer stopAll(all)
	if err != nil {
		return err
	}
	var results []result
	for _, k := range kinds {
		if !strings.Contains(k.name, p.shape) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s\n", k.name)
		found, err := interleave(ctx, all, k.traffic, p.rounds, usual, p.length)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		results = append(results, result{k, found})
	}
	report(all, results)
	return nil
}

func report(all []*peer, results []result) {
	cpu := newTable("CPU µs a request: median (lowest–highest)", all...)
	user := newTable("of it outside the kernel, µs", all...)
	ratio := newTable("ratio in the same round: median (lowest–highest), bar", all[1:]...)
	lowest := newTable("ratio of the lowest rounds: what disturbs only adds", all[1:]...)
	rate := newTable("a second, as client and backends on this machine let it", all...)
	memory := newTable("resident memory under load, MiB", all...)
	for _, r := range results {
		for _, p := range all {
			cpu.add(r.name, r.spread(p.name, "%.1f", func(s sample) float64 { return s.cpu }))
			user.add(r.name, r.spread(p.name, "%.1f", func(s sample) float64 { return s.user })+r.userBar(p))
			rate.add(r.name, r.spread(p.name, "%.0f", func(s sample) float64 { return s.rate }))
			memory.add(r.name, fmt.Sprintf("%.0f", float64(r.middle(p.name, func(s sample) float64 { return float64(s.memory) }))/(1<<20)))
			if p != all[0] {
				own, other := r.lowest(all[0].name), r.lowest(p.name)
				lowest.add(r.name, fmt.Sprintf("%.2f %s", own/other, r.bars[p.name].mark(own/other)))
				ratio.add(r.name, r.ratio(all[0].name, p.name)+" "+r.bars[p.name].mark(measure.Median(r.ratios(all[0].name, p.name))))
			}
		}
	}
	for _, t := range []*table{ratio, lowest, cpu, user, rate, memory} {
		t.print()
	}
}
