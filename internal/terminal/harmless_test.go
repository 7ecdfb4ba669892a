package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHarmless(t *testing.T) {
	rows := []struct {
		sentence, text, plain, coloured string
	}{
		{"text is left as it is", "paid 3 €\tto you", "paid 3 €\tto you", "paid 3 €\tto you"},
		{"a colour stays where colour is shown, and ends there", "\x1b[31mred", "red", "\x1b[31mred\x1b[0m"},
		{"the screen is not cleared", "a\x1b[2Jb", "ab", "ab"},
		{"the cursor is not moved", "a\x1b[1A\rb", "ab", "ab"},
		{"the title is not set", "\x1b]0;root\a#", "]0;root#", "]0;root#"},
		{"no control of eight bits either", "a\u009b2Jb", "a2Jb", "a2Jb"},
		{"nothing hides inside of a colour", "a\x1b[\x1b#8mb", "ab", "ab"},
		{"what looks like a colour sets no mode of the keyboard", "a\x1b[>4;2mb", "ab", "ab"},
		{"a colour of many parts stays", "\x1b[1;38:2::255:0:0mx", "x", "\x1b[1;38:2::255:0:0mx\x1b[0m"},
		{"a sequence that never ends is none", "a\x1b[31", "a", "a"},
		{"nor is a lone escape", "a\x1b", "a", "a"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := (Screen{}).Harmless(row.text); got != row.plain {
				t.Errorf("without colour %q, want %q", got, row.plain)
			}
			if got := (Screen{Color: true}).Harmless(row.text); got != row.coloured {
				t.Errorf("with colour %q, want %q", got, row.coloured)
			}
		})
	}
}

// What a service writes never steers the terminal, whatever it is.
func FuzzHarmless(f *testing.F) {
	for _, seed := range []string{"", "a", "\x1b[31mred\x1b[0m", "\x1b[", "\x1b[\x1b[m", "\x1b[2J\u009b\r\n\a", "\xff\x1b[m"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain := Screen{}.Harmless(text)
		if strings.ContainsFunc(plain, steers) {
			t.Errorf("without colour %q steers", plain)
		}
		coloured := Screen{Color: true}.Harmless(text)
		for rest := coloured; rest != ""; {
			if n := escape(rest); n > 0 {
				if strings.Trim(rest[2:n-1], "0123456789;:") != "" || rest[n-1] != 'm' {
					t.Fatalf("with colour %q steers by %q", coloured, rest[:n])
				}
				rest = rest[n:]
				continue
			}
			r, n := utf8.DecodeRuneInString(rest)
			if steers(r) {
				t.Fatalf("with colour %q steers by %q", coloured, r)
			}
			rest = rest[n:]
		}
	})
}
