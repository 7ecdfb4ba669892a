package waterfall

import (
	"slices"
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// Tree is a trace, laid out.
type Tree struct {
	Trace trace.ID
	Start time.Time
	// Total is from the first start to the last end.
	Total time.Duration
	// Hops counts requests, Retries the attempts beyond the first of each.
	Hops, Retries int
	Failed        bool
	Rows          []Row
}

// Row is one hop, which the spans of its two sides share, or one span.
type Row struct {
	// Depth is 0 for what has no parent in the trace.
	Depth int
	// Name is the instance, or the service where none is known; What says what was asked.
	Name, What string
	// Offset is from the tree's start, never negative.
	Offset, Duration time.Duration
	Status           string
	Failed           bool
	// Message says why it failed; of one that did not, why it went as it did: its client left, or was refused as it deserved.
	Message string
	// Critical says that the trace would be shorter if this had been; OnPath is how long it is on the critical path itself,
	// without what it waits for. These add up to no more than the total.
	Critical bool
	OnPath   time.Duration
	// Retry says that it repeats the hop before it, or took more than one try itself; Tries is at least 1.
	Retry bool
	Tries int
	// Orphan says that its parent was not recorded.
	Orphan bool
	Spans  []trace.SpanID
}

// Build lays spans of one trace out. Equal spans in another order give an equal tree.
func Build(spans []signal.Span) Tree {
	if len(spans) == 0 {
		return Tree{}
	}
	roots := forest(spans)
	tree := Tree{Trace: spans[0].Trace, Start: roots[0].start}
	end := roots[0].end()
	for _, root := range roots {
		root.straighten()
		tree.Start, end = earlier(tree.Start, root.start), later(end, root.last())
	}
	tree.Total = end.Sub(tree.Start)
	longest := slices.MaxFunc(roots, func(a, b *node) int { return compare(a.duration, b.duration) })
	longest.mark(longest.end())
	for _, root := range roots {
		tree.add(root, 0)
	}
	return tree
}

// Remarks are what is to be said of hops that did not fail, each thing once, for the first hop that it is said of.
func (t *Tree) Remarks() []string {
	var all []string
	said := map[string]bool{}
	for _, r := range t.Rows {
		if !r.Failed && r.Message != "" && !said[r.Message] {
			said[r.Message] = true
			all = append(all, r.Name+": "+r.Message)
		}
	}
	return all
}

func (t *Tree) add(n *node, depth int) {
	row := n.row(depth)
	row.Offset = n.start.Sub(t.Start)
	t.Failed = t.Failed || row.Failed
	if n.hop {
		t.Hops++
	}
	t.Retries += row.Tries - 1
	if row.Retry && row.Tries == 1 {
		t.Retries++
	}
	t.Rows = append(t.Rows, row)
	for _, child := range n.children {
		t.add(child, depth+1)
	}
}

func (n *node) row(depth int) Row {
	span := n.spans[0]
	served := n.spans[len(n.spans)-1]
	row := Row{
		Depth: depth, Name: served.Instance, What: telemetry.What(&span), Duration: n.duration,
		Status: span.Attributes.Get(telemetry.StatusCode), Failed: span.Failed, Message: span.Message,
		Critical: n.critical, OnPath: n.onPath, Tries: 1, Orphan: n.orphan, Retry: n.retry,
	}
	if row.Name == "" {
		row.Name = served.Service
		if callee := span.Attributes.Get(telemetry.ServerAddress); callee != "" && span.Kind == signal.Client && len(n.spans) == 1 {
			row.Name = callee // nobody answered: the row is named for who was asked
		}
	}
	if resent, err := strconv.Atoi(span.Attributes.Get(telemetry.ResendCount)); err == nil && resent > 0 && span.Kind == signal.Client {
		row.Tries, row.Retry = resent+1, true
	}
	if code := span.Attributes.Get(telemetry.GRPCStatus); code != "" && code != "0" {
		row.Status = "grpc " + code
	}
	for _, s := range n.spans {
		row.Spans = append(row.Spans, s.ID)
		row.Failed = row.Failed || s.Failed
	}
	return row
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func compare(a, b time.Duration) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
