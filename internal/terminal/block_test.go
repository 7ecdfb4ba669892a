package terminal

import (
	"strings"
	"testing"
)

func TestABlockIsDrawnInItsOwnPlace(t *testing.T) {
	out := new(strings.Builder)
	b := Screen{Width: 5, Height: 24, Live: true}.Block(out)
	steps := []struct{ sentence, text, want string }{
		{"the first is written where the screen ends", "one\ntwo\n", "\x1b[2Kone\n\x1b[2Ktwo\n\x1b[J"},
		{"an equal one is left as it stands", "one\ntwo\n", ""},
		{"the next one begins where the first did", "three", "\r\x1b[2A\x1b[2Kthree\n\x1b[J"},
		{"a line never wraps, or the way back would be too short", "too wide", "\r\x1b[1A\x1b[2Ktoo w\n\x1b[J"},
	}
	for _, step := range steps {
		before := out.Len()
		b.Draw(step.text)
		if got := out.String()[before:]; got != step.want {
			t.Errorf("%s: written %q, want %q", step.sentence, got, step.want)
		}
	}
}

func TestABlockTallerThanTheScreenIsCut(t *testing.T) {
	out := new(strings.Builder)
	l := Screen{Width: 80, Height: 5}.Block(out)
	l.Draw(strings.Repeat("line\n", 30))
	if n := strings.Count(out.String(), "\n"); n >= 5 {
		t.Fatalf("%d lines on a screen of 5", n)
	}
}
