package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"github.com/banyan-run/banyan/bench/measure"
)

// cores compares one core with all: each proxy is started again with one, as one process, one thread, or GOMAXPROCS=1.
func cores(ctx context.Context, s *stage, p plan) error {
	every := runtime.NumCPU()
	for _, many := range slices.Compact([]int{1, every}) {
		all, err := s.start(ctx, p, many)
		if err == nil {
			err = onCores(ctx, all, many, p)
		}
		stopAll(all)
		if err != nil {
			return err
		}
	}
	fmt.Println("The client and the backends run on the same cores: the last row is what a proxy could do with a core of its own.")
	return nil
}

func onCores(ctx context.Context, all []*peer, many int, p plan) error {
	w := ask{connections: 64, answer: small}
	found, err := interleave(ctx, all, w, p.rounds, usual, p.length)
	if err != nil {
		return err
	}
	t := newTable(fmt.Sprintf("200 B, 64 connections, proxy with %d of %d cores", many, runtime.NumCPU()), all...)
	for _, one := range all {
		t.add("CPU µs a request", found.spread(one.name, "%.1f", func(s sample) float64 { return s.cpu }))
		t.add("banyan's ratio to it", found.ratio(all[0].name, one.name))
		t.add("requests a second, measured", found.spread(one.name, "%.0f", func(s sample) float64 { return s.rate }))
		t.add("cores kept busy meanwhile", found.spread(one.name, "%.2f", func(s sample) float64 { return s.used }))
		t.add("requests a second of one core's time", fmt.Sprintf("%.0f", 1e6/found.middle(one.name, func(s sample) float64 { return s.cpu })))
	}
	t.print()
	return nil
}

// routesBar is for the cost of a request among many routes, to that with one.
const routesBar = 1.05

// routes compares Banyan with itself, with more routes.
func routes(ctx context.Context, s *stage, p plan) error {
	var builds []build
	for _, many := range []int{1, 100, p.routes} {
		builds = append(builds, build{name: fmt.Sprintf("routes: %d", many), binary: "bin/banyan", routes: many, cores: runtime.NumCPU()})
	}
	all, err := s.startBuilds(ctx, builds)
	defer stopAll(all)
	if err != nil {
		return err
	}
	// The bar is tight: many short rounds find the quiet moments of a busy machine.
	const more = 3
	found, err := interleave(ctx, all, ask{connections: 64, answer: small}, more*p.rounds, usual, p.length/2)
	if err != nil {
		return err
	}
	t := newTable("200 B, 64 connections, the request matches the last route", all...)
	for _, one := range all {
		ratios := found.ratios(one.name, all[0].name)
		t.add("CPU µs a request", found.spread(one.name, "%.1f", func(s sample) float64 { return s.cpu }))
		t.add("ratio to one route", spread("%.2f", ratios)+" "+bar{must: routesBar}.mark(measure.Median(ratios)))
		low := found.lowest(one.name) / found.lowest(all[0].name)
		t.add("ratio of the lowest rounds", fmt.Sprintf("%.2f %s", low, bar{must: routesBar}.mark(low)))
	}
	t.print()
	return nil
}

// connections compares few connections with many; of many, 256 send at once.
func connections(ctx context.Context, s *stage, p plan) error {
	all, err := s.start(ctx, p, runtime.NumCPU())
	defer stopAll(all)
	if err != nil {
		return err
	}
	cpu := newTable("200 B, CPU µs a request", all...)
	ratio := newTable("200 B, ratio in the same round", all[1:]...)
	memory := newTable("200 B, resident memory, MiB", all...)
	for _, many := range []int{10, 1_000, p.connections} {
		name := fmt.Sprintf("%d connections", many)
		found, err := interleave(ctx, all, ask{connections: many, answer: small}, (p.rounds+1)/2, 1, p.length)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, one := range all {
			cpu.add(name, found.spread(one.name, "%.1f", func(s sample) float64 { return s.cpu }))
			memory.add(name, fmt.Sprintf("%.0f", found.middle(one.name, func(s sample) float64 { return float64(s.memory) })/(1<<20)))
			if one != all[0] {
				ratio.add(name, found.ratio(all[0].name, one.name))
			}
		}
	}
	for _, t := range []*table{cpu, ratio, memory} {
		t.print()
	}
	return nil
}
