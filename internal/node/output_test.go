package node

import (
	"strings"
	"testing"
)

func TestOfAFloodTheNewestLinesGoToTheSupervisor(t *testing.T) {
	rows := []struct {
		sentence, output, want string
	}{
		{"nothing is nothing", "", ""},
		{"a part of a line stays", "half", "half"},
		{"few lines stay as they are", "a\nb\nhalf", "a\nb\nhalf"},
		{"as many as are kept stay", "half\n" + strings.Repeat("x\n", lastLines-1), "half\n" + strings.Repeat("x\n", lastLines-1)},
		{"of more, those before are dropped from the end of a line on", "half\nold\nolder\n" + strings.Repeat("x\n", lastLines), "\n" + strings.Repeat("x\n", lastLines)},
		{"empty lines push none out", "said\n" + strings.Repeat("\n", 100), "said\n" + strings.Repeat("\n", 100)},
		{"with what has no end yet", "half\nold\n" + strings.Repeat("x\n", lastLines) + "more", "\n" + strings.Repeat("x\n", lastLines) + "more"},
	}
	for _, row := range rows {
		if got := string(newest([]byte(row.output))); got != row.want {
			t.Errorf("%s: %q, want %q", row.sentence, got, row.want)
		}
	}
}
