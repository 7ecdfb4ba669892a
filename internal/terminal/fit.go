package terminal

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Fit cuts plain text to width columns with an ellipsis; 0 cuts nothing.
func Fit(text string, width int) string {
	if width <= 0 || utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:width-1]) + "…"
}

// Pad fills plain text up to width columns.
func Pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

// Clip cuts a styled line to width columns, 0 cuts nothing: a line that wraps would be counted wrongly when it is drawn again.
func Clip(line string, width int) string {
	if width <= 0 {
		return line
	}
	var b strings.Builder
	for shown := 0; line != ""; {
		if n := escape(line); n > 0 {
			b.WriteString(line[:n])
			line = line[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(line)
		if shown < width {
			b.WriteRune(r)
		}
		shown++
		line = line[n:]
	}
	return b.String()
}

// Columns counts what a styled text takes on the screen.
func Columns(text string) int {
	n := 0
	for text != "" {
		size := escape(text)
		if size == 0 {
			_, size = utf8.DecodeRuneInString(text)
			n++
		}
		text = text[size:]
	}
	return n
}

// Hang folds text that stands behind indent columns into what is left of width, and begins each further line behind as many.
func Hang(text string, indent, width int) string {
	const readable = 20
	return strings.ReplaceAll(Fold(text, max(readable, width-indent)), "\n", "\n"+strings.Repeat(" ", indent))
}

// Fold breaks styled text between words into lines of at most width columns.
func Fold(text string, width int) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(text) {
		n := Columns(word)
		switch {
		case used > 0 && used+1+n > width:
			b.WriteString("\n")
			used = 0
		case used > 0:
			b.WriteString(" ")
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}

// Across joins as many parts as the line has room for behind used columns, and counts the others before end.
func (s Screen) Across(parts []string, end string, used int) string {
	const between = "   "
	for shown := len(parts); shown > 0; shown-- {
		rest := end
		if left := len(parts) - shown; left > 0 {
			rest = Join(" · ", fmt.Sprintf("… %d more", left), end)
		}
		text := Join(between, append(append([]string{}, parts[:shown]...), rest)...)
		if s.Width <= 0 || used+utf8.RuneCountInString(text) <= s.Width || shown == 1 {
			return text
		}
	}
	return end
}
