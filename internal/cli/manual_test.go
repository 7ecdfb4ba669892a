package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/manual"
)

var stamp = manual.Stamp{Version: "v1.2.3", Date: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)}

// Nothing of a text may be taken for a request: each line that begins with a point is one of those that the writer knows.
func TestManualPagesHoldKnownRequestsOnly(t *testing.T) {
	known := map[string]bool{".TH": true, ".SH": true, ".PP": true, ".TP": true, ".B": true, ".BR": true, ".nf": true, ".fi": true}
	pages := Manual().Pages(stamp)
	if len(pages) < 20 {
		t.Errorf("%d pages only", len(pages))
	}
	for name, page := range pages {
		for line := range strings.Lines(string(page)) {
			request, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if (line[0] == '.' || line[0] == '\'') && !known[request] {
				t.Errorf("%s: %q", name, line)
			}
		}
		if !strings.HasPrefix(string(page), ".TH ") || !strings.Contains(string(page), "2026-05-04") || !strings.Contains(string(page), ".SH EXIT STATUS\n") {
			t.Errorf("%s lacks a part:\n%s", name, page)
		}
	}
}

func TestTwoManualsAreEqual(t *testing.T) {
	first, second := Manual(), Manual()
	if string(first.Reference()) != string(second.Reference()) {
		t.Error("the references differ")
	}
	pages := second.Pages(stamp)
	for name, page := range first.Pages(stamp) {
		if string(page) != string(pages[name]) {
			t.Errorf("%s differs", name)
		}
	}
	scripts, err := first.Completions()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"banyan.bash", "_banyan", "banyan.fish", "banyan.ps1"} {
		if !strings.Contains(string(scripts[name]), "banyan") {
			t.Errorf("no script %s", name)
		}
	}
}
