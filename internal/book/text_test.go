package book

import (
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/markdown"
	"github.com/banyan-run/banyan/internal/terminal"
)

func TestText(t *testing.T) {
	rows := []struct{ sentence, source, want string }{
		{"a paragraph is folded", "one two three four five six seven eight", "one two three four five six\nseven eight\n"},
		{"code is indented and never folded", "```\na long line of code that does not end soon\n```", "    a long line of code that does not end soon\n"},
		{"an item hangs behind its dash", "- one two three four five six seven", "  - one two three four five\n    six seven\n"},
		{"an item in an item", "- a\n  - b", "  - a\n      - b\n"},
		{"numbers go on", "3. a\n4. b", "  3. a\n  4. b\n"},
		{"a table that fits has columns", "| a | b |\n|--|--:|\n| one | 2 |", "  a    b\n  one  2\n"},
		{"a wider one has a part for each row", "| key | says |\n|--|--|\n| one | two three four five six seven |", "  one\n    says  two three four five\n          six seven\n"},
		{"a link says how to read it", "[the file](guides/file.md)", "the file (banyan docs\nguides/file)\n"},
		{"one to a code need not", "[BYN-1001](errors/BYN-1001.md)", "BYN-1001\n"},
		{"one to elsewhere has its address", "[Go](https://go.dev)", "Go (https://go.dev)\n"},
		{"marks of code stay where there is no colour", "a `b`", "a `b`\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			p := &Page{Path: "a.md", Blocks: markdown.Parse(row.source)}
			if got := p.Text(terminal.Screen{}, 28); got != row.want {
				t.Fatalf("%q became\n%s\nnot\n%s", row.source, got, row.want)
			}
		})
	}
	p := &Page{Path: "a.md", Blocks: markdown.Parse("a `b` **c**")}
	if got := p.Text(terminal.Screen{Color: true}, 28); !strings.Contains(got, "\x1b[36mb\x1b[0m") || strings.Contains(got, "`") {
		t.Errorf("with colour it is %q", got)
	}
}
