package cli

import (
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

func TestABodyIsWrittenAsItIs(t *testing.T) {
	rows := []struct {
		sentence string
		screen   terminal.Screen
		include  bool
		answer   api.Answer
		want     string
	}{
		{"a pipe gets nothing more", terminal.Screen{}, false, api.Answer{Status: 200, Text: "[]"}, "[]"},
		{"a person gets an end of the line", terminal.Screen{Width: 80}, false, api.Answer{Status: 200, Text: "[]"}, "[]\n"},
		{"so does who wants the head too", terminal.Screen{}, true, api.Answer{Status: 200, Text: "[]"}, "200 OK\n\n[]\n"},
		{"a body that is no text is its bytes", terminal.Screen{}, false, api.Answer{Status: 200, Body: []byte{0xff, 0}}, "\xff\x00"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := &shell{World: World{Screen: row.screen}, quiet: true}
			if got := rendered(s, func() { s.answer(callOptions{include: row.include}, row.answer) }); got != row.want {
				t.Fatalf("written %q, want %q", got, row.want)
			}
		})
	}
}
