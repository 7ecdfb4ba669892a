// Command engine compares the CPU that a request costs in the proxy process: Banyan's gateway beside nginx, HAProxy and
// Caddy, on loopback, in the same rounds, with the same backend and the same client. Medians and ratios are printed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// shape is one kind of traffic.
type shape struct {
	name         string
	connections  int
	answer, send int
}

var shapes = []shape{
	{"200 B, 64 connections", 64, 200, 0},
	{"200 B, 256 connections", 256, 200, 0},
	{"16 KiB, 64 connections", 64, 16 << 10, 0},
	{"POST 1 KiB, 64 connections", 64, 200, 1 << 10},
}

func main() {
	rounds := flag.Int("rounds", 5, "rounds; medians are printed")
	length := flag.Duration("for", 2*time.Second, "how long each proxy is measured in a round")
	only := flag.String("only", "", "measure only the proxies named here, such as banyan,nginx")
	kind := flag.String("shape", "", "measure only the shapes whose name has this in it")
	earlier := flag.String("earlier", "", "another build of banyan, measured beside this one")
	routes := flag.Int("routes", 0, "routes of one more build of banyan, measured beside the one with a single route")
	idle := flag.Int("idle", 0, "idle connections whose memory is measured at the end")
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Println("this bench reads /proc, so it runs on Linux only")
		os.Exit(1)
	}
	if err := run(context.Background(), plan{*rounds, *length, *only, *kind, *earlier, *routes, *idle}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// plan is what is to be measured.
type plan struct {
	rounds      int
	length      time.Duration
	only, shape string
	earlier     string
	routes      int
	idle        int
}

func run(ctx context.Context, p plan) error {
	folder, err := os.MkdirTemp("", "banyan-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	backend, err := serve()
	if err != nil {
		return err
	}
	defer backend.Close()
	proxies, err := startAll(ctx, folder, backend.Addr().String(), p)
	defer stopAll(proxies)
	if err != nil {
		return err
	}
	for _, s := range shapes {
		if !strings.Contains(s.name, p.shape) {
			continue
		}
		costs := map[string][]float64{}
		for range p.rounds {
			for _, peer := range proxies {
				cost, err := one(peer, s, p.length)
				if err != nil {
					return fmt.Errorf("%s with %s: %w", peer.name, s.name, err)
				}
				costs[peer.name] = append(costs[peer.name], cost)
			}
		}
		report(s, proxies, costs)
	}
	if p.idle == 0 {
		return nil
	}
	return reportIdle(proxies, p.idle)
}

// one is the CPU of p for each request, in microseconds.
func one(p *peer, s shape, length time.Duration) (float64, error) {
	all, err := clients(p.address, s)
	defer func() {
		for _, c := range all {
			_ = c.conn.Close()
		}
	}()
	if err != nil {
		return 0, err
	}
	if _, err := load(all, length/10); err != nil {
		return 0, err
	}
	pids := p.processes()
	before := measure.CPU(pids...)
	done, err := load(all, length)
	if err != nil {
		return 0, err
	}
	return float64(measure.CPU(pids...)-before) / 1e3 / float64(done), nil
}

func report(s shape, proxies []*peer, costs map[string][]float64) {
	fmt.Printf("%s\n", s.name)
	own := measure.Median(costs[proxies[0].name])
	for _, p := range proxies {
		all := costs[p.name]
		cost := measure.Median(all)
		// On a machine that others use as well the lowest says most: what disturbs only adds.
		fmt.Printf("  %-9s %6.1f µs of CPU a request (%.1f to %.1f)   banyan/%s %.2f, of the lowest %.2f\n", p.name, cost,
			slices.Min(all), slices.Max(all), p.name, own/cost, slices.Min(costs[proxies[0].name])/slices.Min(all))
	}
}
