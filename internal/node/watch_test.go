package node

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/runner"
)

type deaf struct{}

func (deaf) Record(journal.Entry) {}

const lone = `
banyan: 1
app: lone
gateway:
  listen: 127.0.0.1:8080
  routes: [{path: /**, to: only}]
services:
  only: {run: sh, env: {WORD: one}}
`

// What is saved while the save before it is applied is not lost.
func TestAChangeDuringAReloadIsSeen(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "banyan.yaml")
	save := func(word string) {
		if err := os.WriteFile(name, []byte(strings.Replace(lone, "WORD: one", "WORD: "+word, 1)), 0o600); err != nil {
			t.Error(err)
		}
	}
	save("uno")
	s, _, err := openState(copyOf(root))
	if err != nil {
		t.Fatal(err)
	}
	f := &file{options: Options{File: name, Environment: "local"}, state: s, journal: deaf{}, turn: make(chan struct{}, 1)}
	if _, err := f.first(false); err != nil {
		t.Fatal(err)
	}
	f.swap = func(next *program, _ string) error {
		if next.app.Services[0].Env[0].Value == "two" {
			save("three")
		}
		return nil
	}
	group := lifecycle.NewGroup(t.Context())
	w := &watching{file: f, journal: deaf{}, group: group}
	group.Go("watching", w.run)
	defer func() { _ = group.Stop(t.Context()) }()
	save("two")
	deadline := time.After(patience)
	for {
		now, version := f.now.Version()
		if now.app.Services[0].Env[0].Value == "three" {
			return
		}
		select {
		case <-f.now.Changed(version):
		case <-deadline:
			t.Fatalf("what runs is %v", now.app.Services[0].Env[0])
		}
	}
}

func TestWhichFilesAreToldOfAChange(t *testing.T) {
	rows := []struct {
		sentence string
		change   runner.Change
		want     []string
	}{
		{"they are relative to the service's folder", runner.Change{Files: []string{"/app/orders/main.go"}}, []string{"main.go"}},
		{"none when others may have been missed", runner.Change{Files: []string{"/app/orders/main.go"}, Err: runner.ErrMissedChanges}, nil},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := touched("/app/orders", row.change); !slices.Equal(got, row.want) {
				t.Fatalf("%v", got)
			}
		})
	}
}
