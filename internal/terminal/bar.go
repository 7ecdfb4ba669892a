package terminal

import (
	"strings"
	"unicode/utf8"
)

const (
	full  = "▇"
	empty = "▁"
	// barWidth is the bar of Progress in columns.
	barWidth = 12
)

// bar draws done of all in width cells.
func bar(done, all, width int) string {
	cells := width
	if all > 0 {
		cells = width * min(done, all) / all
	}
	return strings.Repeat(full, cells) + strings.Repeat(empty, width-cells)
}

// Progress is a bar and what it stands at, in one line of the screen; what has at most nine columns.
func (s Screen) Progress(what string, done, all int, state string) string {
	head := "  " + Pad(what, 9)
	room := 0
	if s.Width > 0 {
		room = max(1, s.Width-utf8.RuneCountInString(head)-barWidth-gap)
	}
	return head + s.Paint(Accent, bar(done, all, barWidth)) + "  " + Fit(state, room) + "\n"
}
