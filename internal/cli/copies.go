package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/terminal"
)

// aside is a name for a copy that nobody else has.
func aside() string {
	var chance [4]byte
	_, _ = rand.Read(chance[:]) // never fails (crypto/rand)
	return "isolated-" + hex.EncodeToString(chance[:])
}

// atWork are the copies of this user that have a keeper.
func atWork() []place {
	var all []place
	for _, e := range project.Known() {
		if at := (place{e.Place, e.File}); at.lives() {
			all = append(all, at)
		}
	}
	return all
}

// within are the copies whose state lies in that of this one: the application itself has that of the named ones.
func (p place) within() []project.Place {
	if p.Name != "" {
		return []project.Place{p.Place}
	}
	return append(p.Beside(), p.Place)
}

// wiped are the roots of what a copy alone keeps: the application itself leaves the named copies theirs.
func (p place) wiped() []string {
	roots := []string{elsewhere(p.Place), p.Listed()}
	if p.Name != "" || len(p.Beside()) == 0 {
		return append(roots, p.State())
	}
	named := filepath.Base(filepath.Dir(p.Beside()[0].State()))
	own, _ := os.ReadDir(p.State()) // one that cannot be listed cannot be emptied either
	for _, e := range own {
		if e.Name() != named {
			roots = append(roots, filepath.Join(p.State(), e.Name()))
		}
	}
	return roots
}

// copied is one running copy, as ps --all tells it.
type copied struct {
	App     string    `json:"app"`
	Project string    `json:"project,omitempty"`
	Root    string    `json:"root"`
	File    string    `json:"file"`
	Phase   api.Phase `json:"phase,omitempty"`
	Gateway string    `json:"gateway,omitempty"`
	Version string    `json:"version,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Keeper  int       `json:"keeper"`
}

// psAll lists what runs of this user, in whatever folder.
func (s *shell) psAll(ctx context.Context) error {
	all := make([]copied, 0)
	var mu sync.Mutex
	var asked sync.WaitGroup
	for _, e := range project.Known() {
		asked.Go(func() {
			at := place{e.Place, e.File}
			if !at.lives() {
				return
			}
			one := copied{App: e.App, Project: e.Name, Root: e.Root, File: e.File, Keeper: at.holder().Keeper.PID}
			bounded, cancel := context.WithTimeout(ctx, completeWithin)
			defer cancel()
			if app, err := api.Dial(at.Socket()).App(bounded); err == nil {
				one.App, one.Phase, one.Gateway, one.Version, one.Started = app.Name, app.Phase, app.Gateway, app.Version, app.Started
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, one)
		})
	}
	asked.Wait()
	slices.SortFunc(all, func(a, b copied) int { return slices.Compare([]string{a.Root, a.Project}, []string{b.Root, b.Project}) })
	return s.list(all, func() { s.showCopies(all) })
}

func (s *shell) showCopies(all []copied) {
	if len(all) == 0 {
		s.note("nothing of yours runs\n")
		return
	}
	t := terminal.Table{Columns: []terminal.Column{
		{Head: "app"}, {Head: "project"}, {Head: "state"}, {Head: "for", Right: true, Drop: 3}, {Head: "gateway", Drop: 1},
		{Head: "keeper", Right: true, Drop: 4}, {Head: "folder", Shrink: true},
	}}
	for _, one := range all {
		state := terminal.Painted(phaseStyle(one.Phase), string(one.Phase))
		if one.Phase == "" {
			state = terminal.Painted(terminal.Yellow, "silent")
		}
		t.Row(terminal.Plain(one.App), terminal.Plain(one.Project), state, terminal.Plain(terminal.Since(s.Now(), one.Started)),
			terminal.Plain(one.Gateway), terminal.Plain(terminal.Positive(one.Keeper)), terminal.Plain(s.Screen.Harmless(one.Root)))
	}
	s.printf("%s", t.Render(s.Screen))
}
