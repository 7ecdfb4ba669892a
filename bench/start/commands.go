package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
)

// reading are the commands that change nothing, as a person types them beside the shop that runs.
var reading = []struct{ words, bar string }{
	{"version", "bar 20 ms"},
	{"__complete restart o", "bar 60 ms"},
	{"status", "bar 120 ms"},
	{"ps", "bar 120 ms"},
	{"logs", "bar 120 ms"},
	{"top --once", "bar 120 ms"},
	{"trace", "bar 120 ms"},
	{"trace --last", "bar 120 ms"},
	{"explain GET /api/v1/products", "bar 120 ms"},
	{"env orders", "bar 120 ms"},
	{"graph", "bar 120 ms"},
	{"journal", "bar 120 ms"},
	{"plan", "bar 120 ms"},
	{"validate", "bar 120 ms"},
	{"config", "bar 120 ms"},
	{"schema", "bar 120 ms"},
	{"doctor", ""},
}

// commands measures what each reading command takes, from its start to its end.
func commands(ctx context.Context, rounds int) error {
	if err := banyan(ctx, "up", "-d", "--wait", "--file", file); err != nil {
		return err
	}
	err := get(ctx, first) // there is a trace to show
	fmt.Printf("\ncommands beside the running shop, medians of %d\n", rounds)
	for _, command := range reading {
		var all []time.Duration
		for range rounds {
			start := time.Now()
			err = errors.Join(err, typed(ctx, command.words))
			all = append(all, time.Since(start))
		}
		fmt.Printf("  %-36s %7.1f ms   %s\n", command.words, float64(measure.Median(all))/1e6, command.bar)
	}
	return errors.Join(err, banyan(ctx, "down", "--file", file))
}

// typed runs one command beside the shop. That doctor finds something to tell of is no failure.
func typed(ctx context.Context, words string) error {
	command := exec.CommandContext(ctx, "../../bin/banyan", strings.Fields(words)...)
	command.Dir = "examples/shop"
	out, err := command.CombinedOutput()
	var ended *exec.ExitError
	if errors.As(err, &ended) && strings.HasPrefix(words, "doctor") {
		return nil
	}
	if err != nil {
		return fmt.Errorf("banyan %s: %w\n%s", words, err, out)
	}
	return nil
}
