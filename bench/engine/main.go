// Command engine compares what a request costs in the proxy process: Banyan's gateway beside nginx, HAProxy, Caddy and a tuned
// httputil.ReverseProxy, on loopback, in the same rounds, with the same backends and the same client. It prints tables with the
// bars beside them.
//
// Called as `engine backend` and `engine reverse ADDRESSES` it is one of the processes under measurement.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"
)

// plan is what is to be measured.
type plan struct {
	parts       string
	rounds      int
	length      time.Duration
	only, shape string
	earlier     string
	routes      int
	connections int
	idle        int
}

// part is one kind of question; each can be asked alone.
type part struct {
	name, says string
	ask        func(ctx context.Context, s *stage, p plan) error
}

var parts = []part{
	{"cost", "CPU a request, each kind of traffic", costs},
	{"latency", "p50 and p99 at one rate that all of them hold", latencies},
	{"cores", "one core and all of them", cores},
	{"routes", "1, 100 and many routes", routes},
	{"connections", "10, 1,000 and many connections", connections},
	{"idle", "memory of a connection that waits", idles},
}

func main() {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		if err := role(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var p plan
	var names []string
	for _, one := range parts {
		names = append(names, one.name)
	}
	flag.StringVar(&p.parts, "part", "", "ask only these of "+strings.Join(names, ",")+"; cost takes five minutes, each other about one")
	flag.IntVar(&p.rounds, "rounds", 5, "rounds; medians are printed")
	flag.DurationVar(&p.length, "for", time.Second, "how long each proxy is measured in a round")
	flag.StringVar(&p.only, "only", "", "measure only the peers named here, such as nginx,haproxy")
	flag.StringVar(&p.shape, "shape", "", "of the part cost, only the kinds of traffic whose name has this in it: each takes half a minute")
	flag.StringVar(&p.earlier, "earlier", "", "another build of banyan, measured beside this one")
	flag.IntVar(&p.routes, "routes", 9_990, "the most routes: a file holds 50,000 values, and a route is five")
	flag.IntVar(&p.connections, "connections", 9_500, "the most connections: a process may hold 20,000 descriptors where this was written")
	flag.IntVar(&p.idle, "idle", 2_000, "connections whose memory is measured while they wait")
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Println("this bench reads /proc, so it runs on Linux only")
		os.Exit(1)
	}
	// Cut short, it ends what it had started: the peers go with the context, and traffic that fails for it has Banyan stopped.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// role is what this program does as a process of the bench.
func role(name string, arguments []string) error {
	switch name {
	case "backend":
		return backend()
	case "reverse":
		return reverse(arguments)
	}
	return fmt.Errorf("no part of the bench is called %q", name)
}

func run(ctx context.Context, p plan) error {
	s, err := newStage()
	if err != nil {
		return err
	}
	defer s.close()
	fmt.Printf("%d cores, rounds of %v, medians of %d; Banyan records each request as spans, metrics and an access line, the peers write none\n",
		runtime.NumCPU(), p.length, p.rounds)
	for _, one := range parts {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p.parts != "" && !strings.Contains(p.parts, one.name) {
			continue
		}
		fmt.Printf("\n## %s\n\n", one.says)
		start := time.Now()
		if err := one.ask(ctx, s, p); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		fmt.Fprintf(os.Stderr, "%s took %v\n", one.name, time.Since(start).Round(time.Second))
	}
	return nil
}
