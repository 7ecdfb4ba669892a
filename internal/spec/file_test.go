package spec

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestWhatAFileSaysCannotReachTheTerminal(t *testing.T) {
	text := "banyan: 1\napp: shop\nservices:\n  \"\\e[2J\\n\": 5\n  orders: {run: ./orders, \"" + strings.Repeat("x", 5000) + "\": 1}\n"
	_, found := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName), text)})
	if !found.Failed() {
		t.Fatal("nothing is refused")
	}
	for _, d := range found {
		if strings.ContainsAny(d.Message+d.Hint+d.Text, "\x1b\n") || len(d.Message) > 500 || len(d.Text) > 200 {
			t.Errorf("%q", d.Message)
		}
	}
}

func TestPrintableKeepsColumns(t *testing.T) {
	rows := []struct{ sentence, text, want string }{
		{"what is seen stays", "a\tü☕ 🌳", "a\tü☕ 🌳"},
		{"controls of one byte", "a\x1b[2J\x7f", "a?[2J?"},
		{"controls of two bytes", "a\u009bb", "a¿b"},
		{"a text that would run backwards", "a\u202eb", "a\uFFFDb"},
		{"bytes that are no text", "a\xff\xfeb", "a??b"},
	}
	for _, row := range rows {
		if got := printable(row.text); got != row.want || len(got) != len(row.text) {
			t.Errorf("%s: %q is shown as %q, want %q", row.sentence, row.text, got, row.want)
		}
	}
}

func TestIllustrate(t *testing.T) {
	loaded, found := Load(Options{File: filepath.Join("testdata", "good", "included.yaml")})
	if len(found) > 0 {
		t.Fatal(found)
	}
	orders, _ := loaded.App.Service("orders")
	shown := loaded.Illustrate(diag.List{diag.At(orders.At, diag.RouteConflict, "a conflict"), diag.At(diag.Position{File: "gone.yaml", Line: 1, Column: 1}, diag.BadValue, "no file")})
	if shown[0].Text != "  orders: {run: ./orders, dir: ., calls: [catalog, more]}" || shown[1].Text != "" {
		t.Fatalf("shown as %q", shown)
	}
}
