package node

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/journal"
)

// A file of variables is part of the application: what is saved there restarts whom it concerns, and nobody else.
func TestAChangedEnvFileRestartsWhomItConcerns(t *testing.T) {
	s := up(t, strings.Replace(pair, "    env: {WORD: one}\n", "    dir: back\n    env: {OTHER: from the file}\n", 1),
		beside{".env", "OTHER=x\n"}, beside{"back/.env", "WORD=one\n"})
	s.allRun()
	word := func() string {
		var seen seenBy
		s.get("/back/x", &seen)
		return seen.Word
	}
	if got := word(); got != "one" {
		t.Fatalf("back has the word %q", got)
	}
	before := s.processes()
	save := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.root, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wrong := s.under("/front/call/back/hello", func() {
		save("back/.env.local", "WORD=two\n") // it was not there before
		s.until("back has the other word", func(map[string]api.Service) bool { return word() == "two" })
	})
	if len(wrong) > 0 {
		t.Errorf("requests failed: %v", wrong)
	}
	s.until("all is calm", func(all map[string]api.Service) bool { return still(all["front"]) && still(all["back"]) })
	if after := s.processes(); after["front.1"] != before["front.1"] || after["back.1"] == before["back.1"] && after["back.1"] != 0 {
		t.Errorf("%v, then %v", before, after)
	}
	variables, err := s.client.Environment(t.Context(), "back")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]api.Variable{
		"WORD":  {Value: "two", Source: "env file", Where: "back/.env.local:1:1", Over: []api.Origin{{Source: "env file", Where: "back/.env:1:1"}}},
		"OTHER": {Value: "from the file", Source: "env", Over: []api.Origin{{Source: "env file", Where: ".env:1:1"}}},
	} {
		at := slices.IndexFunc(variables, func(v api.Variable) bool { return v.Name == name })
		if got := variables[max(at, 0)]; got.Value != want.Value || got.Source != want.Source || want.Where != "" && got.Where != want.Where || !slices.Equal(got.Over, want.Over) {
			t.Errorf("%s is %+v", name, got)
		}
	}
	entries, err := s.client.Journal(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(entries, func(d api.Deed) bool {
		return d.Kind == string(journal.Reload) && strings.Contains(d.Why, "restart back: env.WORD one → two")
	}) {
		t.Errorf("the journal says %+v", entries)
	}
	save("back/.env", "no line\n")
	s.until("the bad line is told", func(map[string]api.Service) bool { return strings.Contains(s.app().Refused, "back/.env:1:1") })
	if got := word(); got != "two" {
		t.Errorf("back has the word %q", got)
	}
}
