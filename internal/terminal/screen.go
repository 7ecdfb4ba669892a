package terminal

import (
	"os"
	"strconv"

	"golang.org/x/term"
)

// Screen is what an output can show. The zero value is a file or a pipe.
type Screen struct {
	// Width counts columns, Height lines; 0 has no end, as in a file or a pipe.
	Width, Height int
	// Color allows escapes for colour, Live the redrawing of lines.
	Color, Live bool
}

// Detect asks the terminal. NO_COLOR (no-color.org) and TERM=dumb are honoured, and CI logs are never redrawn.
func Detect(out *os.File, env func(string) string) Screen {
	if !term.IsTerminal(int(out.Fd())) {
		return Screen{}
	}
	width, height, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 {
		width, height = 80, 0
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		width = n
	}
	dumb := env("TERM") == "dumb"
	return Screen{Width: width, Height: height, Color: env("NO_COLOR") == "" && !dumb, Live: !dumb && env("CI") == ""}
}

// Style is the parameter of SGR (ECMA-48 §8.3.117).
type Style string

// The styles that have a meaning of their own; red is kept for what is wrong.
const (
	None   Style = ""
	Bold   Style = "1"
	Dim    Style = "2"
	Red    Style = "31"
	Green  Style = "32"
	Yellow Style = "33"
	Accent Style = "36"
)

// Paint styles text; without colour it is the text itself, so no meaning may hang on it.
func (s Screen) Paint(how Style, text string) string {
	if !s.Color || how == None || text == "" {
		return text
	}
	return "\x1b[" + string(how) + "m" + text + "\x1b[0m"
}
