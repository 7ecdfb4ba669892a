package dashboard

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is text that somebody else wrote, cleaned when it is decoded: it cannot move, hide or colour what stands around it.
type Text string

// longest is how much of one text the page shows, in bytes.
const longest = 8 << 10

// UnmarshalJSON decodes a JSON string and cleans it.
func (t *Text) UnmarshalJSON(b []byte) error {
	var raw string
	if err := json.Unmarshal(b, &raw); err != nil {
		return fmt.Errorf("reading a text: %w", err)
	}
	*t = Text(plain(raw))
	return nil
}

// plain takes terminal sequences off, shows other control characters as their pictures (Unicode's block at U+2400), and
// replaces characters that turn the direction of what follows (Unicode Standard Annex 9 §2).
func plain(text string) string {
	text, cut := shortened(text)
	var b strings.Builder
	for len(text) > 0 {
		if n := sequence(text); n > 0 {
			text = text[n:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		b.WriteRune(shown(r))
		text = text[n:]
	}
	if cut {
		b.WriteString(" …")
	}
	return b.String()
}

func shortened(text string) (string, bool) {
	if len(text) <= longest {
		return text, false
	}
	return text[:longest], true
}

func shown(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case r < ' ':
		return 0x2400 + r
	case r == 0x7f:
		return 0x2421
	case unicode.Is(unicode.Bidi_Control, r), unicode.IsControl(r), r == 0x2028, r == 0x2029:
		return utf8.RuneError
	}
	return r
}

// sequence is the length of the terminal sequence at the start of text (ECMA-48 §5.4 and §5.6, ISO 2022 §13.2), 0 for none.
// One that is cut short reaches to the end.
func sequence(text string) int {
	if text[0] != 0x1b || len(text) < 2 {
		return 0
	}
	switch c := text[1]; {
	case c == '[':
		return until(text, 2, func(c byte) bool { return c >= 0x40 && c <= 0x7e })
	case c == ']', c == 'P', c == 'X', c == '^', c == '_':
		return command(text)
	case c >= 0x20 && c <= 0x2f:
		return until(text, 2, func(c byte) bool { return c >= 0x30 && c <= 0x7e })
	case c >= 0x30 && c <= 0x7e:
		return 2
	}
	return 0
}

func until(text string, from int, ends func(byte) bool) int {
	for i := from; i < len(text); i++ {
		if ends(text[i]) {
			return i + 1
		}
	}
	return len(text)
}

// command is the length of a string that BEL or ST ends: a window's title, a link.
func command(text string) int {
	for i := 2; i < len(text); i++ {
		switch {
		case text[i] == 0x07:
			return i + 1
		case text[i] == 0x1b && i+1 < len(text) && text[i+1] == '\\':
			return i + 2
		}
	}
	return len(text)
}
