package store

import (
	"cmp"
	"math"
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
)

// newest keeps the newest lines of those that are added in any order.
type newest struct {
	lines []ranked
	limit int
	// floor is an instant that so many lines as are wanted are not before, math.MinInt64 while there are fewer.
	floor int64
}

// ranked is a line and its place among those of its instant: what was written first comes first.
type ranked struct {
	signal.Line
	at    int64
	place uint64
}

func newNewest(limit int) *newest { return &newest{limit: limit, floor: math.MinInt64} }

// wants tells whether a line of an instant may be among the newest.
func (n *newest) wants(at int64) bool { return at >= n.floor }

func (n *newest) add(l signal.Line, place uint64) {
	n.lines = append(n.lines, ranked{l, l.At.UnixNano(), place})
	if len(n.lines) >= 2*n.limit+256 { // so seldom that sorting costs little
		n.cut()
	}
}

// cut leaves the newest, the oldest of them first.
func (n *newest) cut() {
	slices.SortStableFunc(n.lines, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.place, b.place)) })
	if more := len(n.lines) - n.limit; more > 0 {
		n.lines = slices.Clone(n.lines[more:])
	}
	if len(n.lines) == n.limit {
		n.floor = n.lines[0].at
	}
}

// all returns the lines, the oldest first.
func (n *newest) all() []signal.Line {
	n.cut()
	lines := make([]signal.Line, len(n.lines))
	for i := range n.lines {
		lines[i] = n.lines[i].Line
	}
	return lines
}
