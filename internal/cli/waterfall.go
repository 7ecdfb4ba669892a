package cli

import (
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// waterfall draws a trace: a row for each hop, its bar where and as long as it was under way.
func (s *shell) waterfall(t api.Trace) string {
	var b strings.Builder
	head := []string{
		shortID(t.ID) + "…", s.paint(terminal.Bold, t.Name), s.answered(t.TraceSummary), terminal.Millis(t.Duration.Duration()), terminal.Plural(t.Hops, "hop"),
	}
	switch t.Retries {
	case 0:
	case 1:
		head = append(head, "1 retry")
	default:
		head = append(head, fmt.Sprintf("%d retries", t.Retries))
	}
	b.WriteString(strings.Join(head, "  ") + "\n")
	b.WriteString(s.Screen.Waterfall(hops(t.Rows), t.Duration.Duration()))
	for _, note := range t.Notes {
		b.WriteString(s.paint(terminal.Dim, "  "+note) + "\n")
	}
	if t.Lines > 0 {
		fmt.Fprintf(&b, "  logs %s · banyan logs --trace %s\n", terminal.Plural(t.Lines, "line"), shortID(t.ID))
	}
	return b.String()
}

func (s *shell) answered(t api.TraceSummary) string {
	c := status(t.Status, t.Failed)
	return s.paint(c.Style, c.Text)
}

func hops(rows []api.TraceRow) []terminal.Hop {
	var all []terminal.Hop
	for _, r := range rows {
		all = append(all, terminal.Hop{
			Depth: r.Depth, Name: r.Name, Offset: r.Offset.Duration(), Duration: r.Duration.Duration(),
			Critical: r.Critical, Retry: r.Retry, Failed: r.Failed, Failure: terminal.Join(" ", r.Status, r.Message),
		})
	}
	return all
}
