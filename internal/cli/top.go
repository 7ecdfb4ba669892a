package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// load is the answer of top.
type load struct {
	Services []api.Service `json:"services"`
	Rates    api.Rates     `json:"rates"`
	// Banyan is what Banyan itself costs.
	Banyan []api.Process `json:"banyan"`
}

func (s *shell) topCommand() *cobra.Command {
	every, once := time.Second, false
	cmd := &cobra.Command{
		Use: "top", Short: "Watch traffic and cost of each service live",
		Long:    "Show what each service costs and what flows over each edge, again and again until Ctrl-C; once without a terminal.",
		Example: "  banyan top\n  banyan top --once\n  banyan top -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return s.top(cmd.Context(), max(every, 100*time.Millisecond), once)
		},
	}
	cmd.Flags().DurationVar(&every, "every", every, "the pause between two looks")
	cmd.Flags().BoolVar(&once, "once", false, "look once")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) top(ctx context.Context, every time.Duration, once bool) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	now, err := measure(ctx, client)
	if err != nil {
		return s.running(err)
	}
	if once || !s.Screen.Live || s.asJSON() {
		return s.list(now, func() { s.printf("%s", s.showLoad(now)) })
	}
	screen := s.Screen.Block(s.Out)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		screen.Draw(s.showLoad(now) + s.paint(terminal.Dim, "Ctrl-C ends"))
		select {
		case <-ctx.Done():
			return silently(exitInterrupted)
		case <-tick.C:
		}
		now, err = measure(ctx, client)
		switch {
		case errors.Is(err, api.ErrNotRunning):
			return s.concluded(ctx)
		case err != nil:
			return s.running(err)
		}
	}
}

func measure(ctx context.Context, client *api.Client) (load, error) {
	services, err := client.Services(ctx)
	if err != nil {
		return load{}, err
	}
	rates, err := client.Rates(ctx)
	if err != nil {
		return load{}, err
	}
	app, err := client.App(ctx)
	return load{services, rates, app.Cost}, err
}

func (s *shell) showLoad(l load) string {
	t := terminal.Table{Columns: []terminal.Column{
		{Head: "service"}, {Head: "state"}, {Head: "ready", Right: true}, {Head: "cpu", Right: true}, {Head: "memory", Right: true},
		{Head: "restarts", Right: true, Drop: 1},
	}}
	for _, service := range l.Services {
		if service.External {
			continue
		}
		cpu, bytes, again := cost(service.Instances)
		ready := fmt.Sprintf("%d/%d", service.Ready, service.Desired)
		t.Row(terminal.Plain(service.Name), s.phase(service), terminal.Plain(ready), terminal.Plain(cpu), terminal.Plain(bytes), restarts(again))
	}
	for _, p := range l.Banyan {
		t.Row(terminal.Faint("banyan "+p.Name), terminal.Faint("itself"), terminal.Cell{}, terminal.Plain(terminal.Share(p.CPU)), terminal.Plain(terminal.Size(p.Memory)), terminal.Cell{})
	}
	var b strings.Builder
	b.WriteString(t.Render(s.Screen))
	for _, p := range l.Banyan {
		fmt.Fprintln(&b, s.paint(terminal.Dim, terminal.Join(" · ", "banyan "+p.Name, counted(p.Descriptors, "descriptor"), counted(p.Goroutines, "goroutine"))))
	}
	if len(l.Rates.Edges) == 0 {
		fmt.Fprintf(&b, "\n%s\n", s.paint(terminal.Dim, fmt.Sprintf("no requests in the last %s", terminal.Lasted(l.Rates.Window.Duration()))))
		return b.String()
	}
	edges := terminal.Table{Columns: []terminal.Column{
		{Head: "call", Shrink: true}, {Head: "req/s", Right: true}, {Head: "failed", Right: true},
		{Head: "p50", Right: true, Drop: 2}, {Head: "p95", Right: true, Drop: 1}, {Head: "p99", Right: true},
	}}
	for _, r := range l.Rates.Edges {
		edges.Row(terminal.Plain(r.Caller+" → "+r.Callee), terminal.Plain(fmt.Sprintf("%.1f", r.PerSecond)), failing(r.Errors),
			terminal.Plain(terminal.Millis(r.P50.Duration())), terminal.Plain(terminal.Millis(r.P95.Duration())), terminal.Plain(terminal.Millis(r.P99.Duration())))
	}
	return b.String() + "\n" + edges.Render(s.Screen)
}

// cost adds up what is known of instances.
func cost(instances []api.Instance) (cpu, bytes string, again int) {
	used, resident := -1.0, int64(-1)
	for _, i := range instances {
		if i.CPU >= 0 {
			used = max(used, 0) + i.CPU
		}
		if i.Memory >= 0 {
			resident = max(resident, 0) + i.Memory
		}
		again += i.Restarts
	}
	return terminal.Share(used), terminal.Size(resident), again
}

// counted is empty for what is not known.
func counted(n int, noun string) string {
	if n < 0 {
		return ""
	}
	return terminal.Plural(n, noun)
}

func failing(part float64) terminal.Cell {
	if part == 0 {
		return terminal.Faint("0%")
	}
	return terminal.Painted(terminal.Red, fmt.Sprintf("%.1f%%", 100*part))
}
