package waterfall

import (
	"bytes"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// node is one row to be: a span, or the two of one hop, the caller's first.
type node struct {
	spans    []signal.Span
	parent   trace.SpanID
	start    time.Time
	duration time.Duration
	children []*node
	onPath   time.Duration

	hop, orphan, critical, retry, placed bool
}

func (n *node) end() time.Time { return n.start.Add(n.duration) }

// last is the last end in the tree below n.
func (n *node) last() time.Time {
	end := n.end()
	for _, child := range n.children {
		end = later(end, child.last())
	}
	return end
}

// forest makes nodes of spans and hangs each below its parent. What no root leads to (parents in a circle) is cut open at its
// earliest span, so that every node is in the forest once.
func forest(spans []signal.Span) []*node {
	nodes, byID := pair(distinct(spans))
	var roots []*node
	for _, n := range nodes {
		parent := byID[n.parent]
		if parent == nil || parent == n {
			n.orphan = !n.parent.IsZero()
			roots = append(roots, n)
			continue
		}
		parent.children = append(parent.children, n)
	}
	for _, root := range roots {
		root.place()
	}
	for _, n := range nodes {
		if n.placed {
			continue
		}
		parent := byID[n.parent]
		parent.children = slices.DeleteFunc(parent.children, func(c *node) bool { return c == n })
		n.orphan = true
		n.place()
		roots = append(roots, n)
	}
	slices.SortFunc(roots, order)
	for _, n := range nodes {
		slices.SortFunc(n.children, order)
		n.repeats()
	}
	return roots
}

func (n *node) place() {
	n.placed = true
	for _, child := range n.children {
		child.place()
	}
}

// distinct drops spans that were recorded twice, and orders the rest.
func distinct(spans []signal.Span) []signal.Span {
	sorted := slices.Clone(spans)
	slices.SortStableFunc(sorted, func(a, b signal.Span) int {
		if c := bytes.Compare(a.ID[:], b.ID[:]); c != 0 {
			return c
		}
		return compareSpans(a, b)
	})
	sorted = slices.CompactFunc(sorted, func(a, b signal.Span) bool { return a.ID == b.ID })
	slices.SortStableFunc(sorted, compareSpans)
	return sorted
}

func compareSpans(a, b signal.Span) int {
	if c := a.Start.Compare(b.Start); c != 0 {
		return c
	}
	if c := compare(b.Duration, a.Duration); c != 0 {
		return c
	}
	if a.Kind != b.Kind {
		return bytes.Compare([]byte(b.Kind), []byte(a.Kind)) // server before client
	}
	return bytes.Compare(a.ID[:], b.ID[:])
}

// pair joins the two sides of a hop: a client's span and the one server's span below it.
func pair(spans []signal.Span) (nodes []*node, byID map[trace.SpanID]*node) {
	served := map[trace.SpanID][]int{}
	for i, s := range spans {
		if s.Kind == signal.Server && !s.Parent.IsZero() {
			served[s.Parent] = append(served[s.Parent], i)
		}
	}
	byID = make(map[trace.SpanID]*node, len(spans))
	joined := make(map[int]bool)
	for _, s := range spans {
		if below := served[s.ID]; s.Kind == signal.Client && len(below) == 1 && spans[below[0]].ID != s.ID {
			joined[below[0]] = true
		}
	}
	for i, s := range spans {
		if joined[i] {
			continue
		}
		n := &node{spans: []signal.Span{s}, parent: s.Parent, start: s.Start, duration: max(s.Duration, 0), hop: isHop(&s)}
		byID[s.ID] = n
		if below := served[s.ID]; s.Kind == signal.Client && len(below) == 1 && joined[below[0]] {
			n.spans = append(n.spans, spans[below[0]])
			byID[spans[below[0]].ID] = n
		}
		nodes = append(nodes, n)
	}
	return nodes, byID
}

func isHop(s *signal.Span) bool {
	return s.Kind == signal.Server || s.Kind == signal.Client && s.Attributes.Get(telemetry.ServerAddress) != ""
}

func order(a, b *node) int { return compareSpans(a.spans[0], b.spans[0]) }

// repeats marks children that ask again for what an earlier sibling failed to get.
func (n *node) repeats() {
	for i, child := range n.children {
		for _, before := range n.children[:i] {
			if before.spans[0].Failed && !before.end().After(child.start) && sameRequest(&before.spans[0], &child.spans[0]) {
				child.retry = true
			}
		}
	}
}

func sameRequest(a, b *signal.Span) bool {
	callee := a.Attributes.Get(telemetry.ServerAddress)
	return callee != "" && callee == b.Attributes.Get(telemetry.ServerAddress) && telemetry.What(a) == telemetry.What(b)
}

// straighten moves a child that seems to begin before its parent: clocks disagree, causes come first.
func (n *node) straighten() {
	for _, child := range n.children {
		if ahead := n.start.Sub(child.start); ahead > 0 {
			child.shift(ahead)
		}
		child.straighten()
	}
	slices.SortStableFunc(n.children, func(a, b *node) int { return a.start.Compare(b.start) })
}

func (n *node) shift(by time.Duration) {
	n.start = n.start.Add(by)
	for _, child := range n.children {
		child.shift(by)
	}
}

// mark walks from until back to n's start: of the children that had ended by then the last to end is what n waited for, and the
// time that no child covers is n's own. A child that outlives its parent is not waited for beyond the parent's end.
func (n *node) mark(until time.Time) {
	n.critical = true
	byEnd := slices.Clone(n.children)
	slices.SortStableFunc(byEnd, func(a, b *node) int { return b.end().Compare(a.end()) })
	at := until
	for _, child := range byEnd {
		if child.end().After(at) || child.duration == 0 || child.start.Before(n.start) {
			continue
		}
		n.onPath += at.Sub(child.end())
		child.mark(child.end())
		at = child.start
	}
	if at.After(n.start) {
		n.onPath += at.Sub(n.start)
	}
}
