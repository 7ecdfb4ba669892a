package terminal

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Hop is a row of a waterfall. Depth 0 is the root; Offset counts from the root's start.
type Hop struct {
	Depth            int
	Name             string
	Offset, Duration time.Duration
	// Critical is what the whole waited for, Retry a further attempt, and Failure why a failed one failed, if it is known.
	Critical, Retry, Failed bool
	Failure                 string
}

// Waterfall draws a line for each hop, its bar where and as long as it was under way; whole is at least what the bars stand for.
func (s Screen) Waterfall(hops []Hop, whole time.Duration) string {
	f := fall{screen: s, hops: hops, whole: whole}
	for i, h := range hops {
		name := branch(hops, i) + h.Name
		f.names = append(f.names, name)
		f.name = max(f.name, utf8.RuneCountInString(name))
		f.whole = max(f.whole, h.Offset+h.Duration)
	}
	width := s.Width
	if width == 0 {
		width = 100
	}
	f.name = min(f.name, width/3)
	// Behind the bars stand the time and the word critical.
	f.bars = max(10, width-f.name-2-2-24)
	var b strings.Builder
	for i := range hops {
		b.WriteString(f.row(i) + "\n")
	}
	return b.String()
}

// fall is the geometry of a waterfall.
type fall struct {
	screen Screen
	hops   []Hop
	names  []string
	// name and bars are widths in columns, whole the time that bars stand for.
	name, bars int
	whole      time.Duration
}

// branch draws the tree before a hop's name.
func branch(hops []Hop, at int) string {
	depth := hops[at].Depth
	if depth == 0 {
		return ""
	}
	var b strings.Builder
	for d := 1; d < depth; d++ {
		if goesOn(hops, at, d) {
			b.WriteString("│ ")
		} else {
			b.WriteString("  ")
		}
	}
	if goesOn(hops, at, depth) {
		return b.String() + "├ "
	}
	return b.String() + "└ "
}

// goesOn tells whether another hop of the depth follows before its parent's hops end.
func goesOn(hops []Hop, at, depth int) bool {
	for _, h := range hops[at+1:] {
		if h.Depth <= depth {
			return h.Depth == depth
		}
	}
	return false
}

func (f fall) row(i int) string {
	h := f.hops[i]
	from := f.cells(h.Offset)
	length := max(1, f.cells(h.Offset+h.Duration)-from)
	if from >= f.bars {
		from = f.bars - 1
	}
	length = min(length, f.bars-from)
	bar := f.screen.Paint(h.style(), strings.Repeat(full, length))
	after := Join("  ", append([]string{Pad(Millis(h.Duration), 9)}, f.remarks(h)...)...)
	return "  " + Pad(Fit(f.names[i], f.name), f.name) + "  " + strings.Repeat(" ", from) + bar +
		strings.Repeat(" ", f.bars-from-length) + "  " + strings.TrimRight(after, " ")
}

func (h Hop) style() Style {
	switch {
	case h.Failed:
		return Red
	case h.Critical:
		return Accent
	}
	return None
}

// remarks are what stands behind a hop's time.
func (f fall) remarks(h Hop) []string {
	var all []string
	if h.Retry {
		all = append(all, "retry")
	}
	if h.Critical {
		all = append(all, "critical")
	}
	if h.Failed {
		all = append(all, f.screen.Paint(Red, Join(" ", "✗", h.Failure)))
	}
	return all
}

// cells converts a time to columns.
func (f fall) cells(d time.Duration) int {
	if f.whole <= 0 {
		return 0
	}
	return int(float64(d) / float64(f.whole) * float64(f.bars))
}
