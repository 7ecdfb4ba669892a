package terminal

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAFileIsNoTerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	env := func(name string) string { return map[string]string{"COLUMNS": "120", "TERM": "xterm-256color"}[name] }
	if got := Detect(f, env); got != (Screen{}) {
		t.Fatalf("a file is %+v", got)
	}
}

func TestPaint(t *testing.T) {
	rows := []struct {
		sentence string
		screen   Screen
		how      Style
		text     string
		want     string
	}{
		{"colour surrounds the text", Screen{Color: true}, Red, "x", "\x1b[31mx\x1b[0m"},
		{"without colour the text is itself", Screen{}, Red, "x", "x"},
		{"no style adds nothing", Screen{Color: true}, None, "x", "x"},
		{"nothing stays nothing", Screen{Color: true}, Red, "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := row.screen.Paint(row.how, row.text); got != row.want {
				t.Fatalf("painted %q, want %q", got, row.want)
			}
		})
	}
}
