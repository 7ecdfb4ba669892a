package store

import (
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
)

// newest keeps the newest lines of those that are added in any order.
type newest struct {
	lines []signal.Line
	limit int
}

func (n *newest) add(l signal.Line) {
	n.lines = append(n.lines, l)
	if len(n.lines) >= 2*n.limit+256 { // so seldom that sorting costs little
		n.lines = n.all()
	}
}

// all returns the lines, the oldest first; of two of one instant the one that was added first.
func (n *newest) all() []signal.Line {
	slices.SortStableFunc(n.lines, func(a, b signal.Line) int { return a.At.Compare(b.At) })
	return slices.Clone(n.lines[max(0, len(n.lines)-n.limit):])
}
