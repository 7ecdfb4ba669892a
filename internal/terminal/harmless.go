package terminal

import (
	"strings"
	"unicode/utf8"
)

// Harmless removes what would steer the terminal. A service's own colours stay where colour is shown at all.
func (s Screen) Harmless(text string) string {
	if !strings.ContainsFunc(text, steers) {
		return text
	}
	var b strings.Builder
	coloured := false
	for rest := text; rest != ""; {
		if n := escape(rest); n > 0 {
			if s.Color && colours(rest[:n]) {
				b.WriteString(rest[:n])
				coloured = true
			}
			rest = rest[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(rest)
		if !steers(r) {
			b.WriteRune(r)
		}
		rest = rest[n:]
	}
	if coloured {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}

// colours tells whether a control sequence does no more than SGR: a private one, such as xterm's `>4;2m`, sets modes, and a
// terminal obeys a control inside a sequence as if it stood outside (vt100.net/emu/dec_ansi_parser).
func colours(sequence string) bool {
	parameters, is := strings.CutSuffix(strings.TrimPrefix(sequence, "\x1b["), "m")
	return is && strings.Trim(parameters, "0123456789;:") == ""
}

func steers(r rune) bool { return r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 }

// escape is the length of the control sequence at the start of text (ECMA-48 §5.4), 0 when there is none.
func escape(text string) int {
	if !strings.HasPrefix(text, "\x1b[") {
		return 0
	}
	for i := 2; i < len(text); i++ {
		if c := text[i]; c >= 0x40 && c <= 0x7e {
			return i + 1
		}
	}
	return len(text)
}
