package terminal

import (
	"strings"
	"testing"
)

func TestTextFitsItsColumns(t *testing.T) {
	rows := []struct{ sentence, got, want string }{
		{"what fits is not cut", Fit("größe", 5), "größe"},
		{"what does not ends with an ellipsis", Fit("größer", 5), "größ…"},
		{"one column has room for the ellipsis", Fit("ab", 1), "…"},
		{"no width cuts nothing", Fit("größer", 0), "größer"},
		{"padding counts letters, not bytes", Pad("ö", 3) + "|", "ö  |"},
		{"what is wider is not padded", Pad("abc", 2) + "|", "abc|"},
		{"a styled line is cut by what shows", Clip("\x1b[1mbold\x1b[0m and more", 6), "\x1b[1mbold\x1b[0m a"},
		{"its styles end even where the text was cut", Clip("\x1b[31mred\x1b[0m", 1), "\x1b[31mr\x1b[0m"},
		{"no width clips nothing", Clip("abc", 0), "abc"},
		{"lines break between words", Fold("a bb  ccc\ndddd", 4), "a bb\nccc\ndddd"},
		{"a word that is too long has its own line", Fold("a bbbbbb c", 4), "a\nbbbbbb\nc"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if row.got != row.want {
				t.Fatalf("%q, want %q", row.got, row.want)
			}
		})
	}
}

func TestAcross(t *testing.T) {
	parts := []string{"catalog ✓", "orders ✓", "recommendations ✓"}
	rows := []struct {
		sentence string
		width    int
		parts    []string
		want     string
	}{
		{"a pipe has no end", 0, parts, "catalog ✓   orders ✓   recommendations ✓   2 from cache"},
		{"all that fits is there", 60, parts, "catalog ✓   orders ✓   recommendations ✓   2 from cache"},
		{"what does not is counted", 50, parts, "catalog ✓   orders ✓   … 1 more · 2 from cache"},
		{"one stays, however narrow the screen", 5, parts, "catalog ✓   … 2 more · 2 from cache"},
		{"no parts leave the end", 60, nil, "2 from cache"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := (Screen{Width: row.width}).Across(row.parts, "2 from cache", 3); got != row.want {
				t.Fatalf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	rows := []struct {
		sentence  string
		screen    Screen
		done, all int
		want      string
	}{
		{"nothing is done", Screen{}, 0, 4, "  start    ▁▁▁▁▁▁▁▁▁▁▁▁  so far\n"},
		{"a half is", Screen{}, 2, 4, "  start    ▇▇▇▇▇▇▁▁▁▁▁▁  so far\n"},
		{"more than all is all", Screen{}, 5, 4, "  start    ▇▇▇▇▇▇▇▇▇▇▇▇  so far\n"},
		{"of nothing all is done", Screen{}, 0, 0, "  start    ▇▇▇▇▇▇▇▇▇▇▇▇  so far\n"},
		{"the state is cut to the screen", Screen{Width: 29}, 0, 4, "  start    ▁▁▁▁▁▁▁▁▁▁▁▁  so …\n"},
		{"the bar is accented", Screen{Color: true}, 4, 4, "  start    \x1b[36m▇▇▇▇▇▇▇▇▇▇▇▇\x1b[0m  so far\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			got := row.screen.Progress("start", row.done, row.all, "so far")
			if got != row.want {
				t.Fatalf("%q, want %q", got, row.want)
			}
			if w := row.screen.Width; w > 0 && len([]rune(strings.TrimSuffix(got, "\n"))) > w {
				t.Fatalf("%q is wider than %d", got, w)
			}
		})
	}
}

func TestTextHangsBehindWhatItExplains(t *testing.T) {
	rows := []struct {
		sentence, text string
		width          int
		want           string
	}{
		{"what fits stays", "one two", 40, "one two"},
		{"each further line is indented", "one two three four five six", 30, "one two three four five\n      six"},
		{"colours take no room", "\x1b[2mone two three four five\x1b[0m six", 30, "\x1b[2mone two three four five\x1b[0m\n      six"},
		{"a screen that is too narrow is not for reading", "one two three four five six", 10, "one two three four\n      five six"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := Hang(row.text, 6, row.width); got != row.want {
				t.Fatalf("%q, want %q", got, row.want)
			}
		})
	}
}
