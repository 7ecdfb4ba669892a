package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// traceOptions are the flags of trace.
type traceOptions struct {
	last  bool
	query api.TraceQuery
}

func (s *shell) traceCommand() *cobra.Command {
	var o traceOptions
	cmd := &cobra.Command{
		Use: "trace [id]", Short: "Show where a request went; without an id: the newest requests",
		Long: "Show one trace as a waterfall: each hop with its time, its retries and its failures, and which of them the whole waited for.\n" +
			"An id may be shortened as long as it is unique. Without an id: a list of the newest traces.",
		Example:           "  banyan trace --last\n  banyan trace 4bf92f35\n  banyan trace --failed\n  banyan trace --slower 200ms --service orders",
		Args:              takes(0, 1, "one id at most"),
		ValidArgsFunction: s.traces,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.trace(cmd.Context(), o, args) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.last, "last", false, "the newest trace; with --failed, --slower and --service the newest of those")
	flags.StringVar(&o.query.Service, "service", "", "traces that a service took part in")
	flags.BoolVar(&o.query.Failed, "failed", false, "traces with a failure")
	flags.DurationVar(&o.query.Slower, "slower", 0, "traces that took at least so long")
	flags.IntVarP(&o.query.Limit, "lines", "n", 20, "how many of the newest")
	_ = cmd.RegisterFlagCompletionFunc("service", s.services)
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) trace(ctx context.Context, o traceOptions, args []string) error {
	if err := countable(o.query.Limit); err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	if len(args) == 1 && args[0] == "" {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "an id has 32 hexadecimal digits, or is the beginning of one").
			WithHint("banyan trace lists the newest"))
	}
	if len(args) == 1 {
		return s.oneTrace(ctx, client, args[0])
	}
	if o.last {
		o.query.Limit = 1
	}
	found, err := client.Traces(ctx, o.query)
	if err != nil {
		return s.seen(err)
	}
	switch {
	case !o.last:
		return s.list(found, func() { s.showTraces(found) })
	case len(found) == 0:
		return diag.At(diag.Position{}, diag.NoSuchTrace, "no request was seen yet").WithHint("send one through the gateway: banyan status prints its address")
	}
	return s.oneTrace(ctx, client, found[0].ID)
}

func (s *shell) oneTrace(ctx context.Context, client *api.Client, id string) error {
	t, err := client.Trace(ctx, id)
	if err != nil {
		return s.seen(err)
	}
	return s.list(t, func() { s.printf("%s", s.waterfall(t)) })
}

func (s *shell) showTraces(found []api.TraceSummary) {
	if len(found) == 0 {
		s.note("no such request was seen yet\n")
		return
	}
	t := terminal.Table{Columns: []terminal.Column{
		{Head: "trace"}, {Head: "when", Drop: 2}, {Head: "request", Shrink: true}, {Head: "service", Drop: 3}, {Head: "status"},
		{Head: "took", Right: true}, {Head: "hops", Right: true, Drop: 5}, {Head: "retries", Right: true, Drop: 4},
	}}
	for _, f := range found {
		t.Row(terminal.Plain(shortID(f.ID)), terminal.Faint(terminal.Ago(s.Now(), f.Start)), terminal.Plain(f.Name), terminal.Plain(f.Service),
			status(f.Status, f.Failed), terminal.Plain(terminal.Millis(f.Duration.Duration())), terminal.Plain(strconv.Itoa(f.Hops)), terminal.Plain(terminal.Positive(f.Retries)))
	}
	s.printf("%s", t.Render(s.Screen))
}

// status marks failure by a sign, so that colour is not the only one.
func status(code int, failed bool) terminal.Cell {
	text := "-"
	if code > 0 {
		text = strconv.Itoa(code)
	}
	switch {
	case failed && code < 500:
		return terminal.Painted(terminal.Yellow, text+" ✗ within")
	case failed:
		return terminal.Painted(terminal.Red, text+" ✗")
	case code >= 400:
		return terminal.Painted(terminal.Yellow, text)
	}
	return terminal.Painted(terminal.None, text)
}

// idLength is how much of an id is printed: every command takes a unique beginning.
const idLength = 8

func shortID(id string) string { return fmt.Sprintf("%.*s", idLength, id) }
