// Command start measures how long the shop takes to come up and to go, and what the platform costs while it idles. The
// same ten binaries started with no platform are measured in the same run: the ratio tells what Banyan adds. Then up of one service of
// twelve, and what each command takes that only reads.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
)

const (
	file  = "examples/shop/banyan.yaml"
	first = "http://127.0.0.1:8080/api/v1/products"
)

func main() {
	rounds := flag.Int("rounds", 5, "rounds; medians are printed")
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Println("this bench reads /proc, so it runs on Linux only")
		os.Exit(1)
	}
	if err := run(context.Background(), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// round is what one round took.
type round struct {
	api, first, ready, down, bare time.Duration
	memory                        int64
	idle                          float64
}

func run(ctx context.Context, rounds int) error {
	root, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return err
	}
	client := api.Dial(project.Place{Root: root}.Socket())
	if err := banyan(ctx, "up", "-d", "--wait", "--timeout", "5m", "--file", file); err != nil {
		_ = banyan(ctx, "down", "--file", file) // what did come up would be found by the next run
		return fmt.Errorf("starting the shop once, to build it: %w", err)
	}
	if err := banyan(ctx, "down", "--file", file); err != nil {
		return err
	}
	var all []round
	for i := range rounds {
		r, err := once(ctx, client)
		if err != nil {
			_ = banyan(ctx, "down", "--file", file) // the next run would find it running
			return fmt.Errorf("round %d: %w", i+1, err)
		}
		if r.bare, err = bare(ctx, root); err != nil {
			return fmt.Errorf("round %d without a platform: %w", i+1, err)
		}
		all = append(all, r)
	}
	report(all)
	if err := subset(ctx, rounds); err != nil {
		return err
	}
	return commands(ctx, 11)
}

func banyan(ctx context.Context, arguments ...string) error {
	out, err := exec.CommandContext(ctx, "bin/banyan", arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("banyan %s: %w\n%s", arguments[0], err, out)
	}
	return nil
}

func once(ctx context.Context, client *api.Client) (round, error) {
	var r round
	start := time.Now()
	up := make(chan error, 1)
	go func() { up <- banyan(ctx, "up", "-d", "--wait", "--file", file) }()
	var app api.App
	err := until(ctx, func() (err error) { app, err = client.App(ctx); return err })
	r.api = time.Since(start)
	if err == nil {
		err = until(ctx, func() error { return get(ctx, first) })
	}
	r.first = time.Since(start)
	if err := errors.Join(err, <-up); err != nil {
		return r, err
	}
	r.ready = time.Since(start)
	const settle, idle = 3 * time.Second, 5 * time.Second
	time.Sleep(settle)
	pids := []int{app.PID, app.Keeper}
	before := measure.CPU(pids...)
	time.Sleep(idle)
	r.idle = float64(measure.CPU(pids...)-before) / float64(idle)
	r.memory = measure.Anonymous(pids...)
	start = time.Now()
	err = banyan(ctx, "down", "--file", file)
	r.down = time.Since(start)
	return r, err
}

// until tries again each millisecond, for half a minute.
func until(ctx context.Context, try func() error) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	pause := time.NewTicker(time.Millisecond)
	defer pause.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return err
		}
	}
}

func get(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Status)
	}
	return nil
}

func report(all []round) {
	each := func(of func(round) time.Duration) time.Duration {
		var values []time.Duration
		for _, r := range all {
			values = append(values, of(r))
		}
		return measure.Median(values)
	}
	var memory []int64
	var idle []float64
	for _, r := range all {
		memory, idle = append(memory, r.memory), append(idle, r.idle)
	}
	firstAnswer, alone := each(func(r round) time.Duration { return r.first }), each(func(r round) time.Duration { return r.bare })
	fmt.Printf("medians of %d rounds, shop of ten services, binaries built\n", len(all))
	row("up to the control API", each(func(r round) time.Duration { return r.api }), "aim 300 ms")
	row("up to the first answer", firstAnswer, "bar 2 s")
	row("up to all ready", each(func(r round) time.Duration { return r.ready }), "")
	row("the ten binaries alone", alone, fmt.Sprintf("ratio %.2f", float64(firstAnswer)/float64(alone)))
	row("down", each(func(r round) time.Duration { return r.down }), "bar 2 s")
	fmt.Printf("  %-36s %7.1f MB   %s\n", "anonymous memory, both", float64(measure.Median(memory))/1e6, "bar 60 MB")
	fmt.Printf("  %-36s %7.2f %%    %s\n", "idle CPU of one core", 100*measure.Median(idle), "bar 0.5 %")
}

func row(name string, d time.Duration, bar string) {
	fmt.Printf("  %-36s %7.0f ms   %s\n", name, float64(d)/1e6, bar)
}
