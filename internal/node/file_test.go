package node

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestAReloadWhileEverythingStopsIsRefused(t *testing.T) {
	f := &file{journal: deaf{}, turn: make(chan struct{}, 1), leaving: func() bool { return true }}
	f.swap = func(*program, string) error { t.Error("it was applied"); return nil }
	for range 2 { // the turn is given on
		if _, err := f.Reload(t.Context()); problem.CauseOf(err).Code != diag.NotRunning {
			t.Errorf("it answers %v", err)
		}
	}
}

// What could not be made live is not kept either: the next control process would begin with what the operator was refused.
func TestAnAttachThatIsRefusedLeavesNothingBehind(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "banyan.yaml")
	if err := os.WriteFile(name, []byte(lone), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _, err := openState(copyOf(root))
	if err != nil {
		t.Fatal(err)
	}
	f := &file{options: Options{File: name, Environment: "local"}, state: s, journal: deaf{}, turn: make(chan struct{}, 1)}
	if _, err := f.first(false); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	f.swap = func(*program, string) error { return broken }
	r := replacing{&application{file: f, link: &keeper.Client{}}}
	attach := func(graph.Replaced) (graph.Replaced, error) {
		return graph.Replaced{Attached: graph.Attached{Port: 8081}}, nil
	}
	if err := r.change(t.Context(), "only", journal.Attach, "", attach); !errors.Is(err, broken) {
		t.Fatalf("it answers %v", err)
	}
	if kept := s.replaced(r.link.Run()); kept == nil || len(kept) > 0 {
		t.Errorf("kept is %v", kept)
	}
}

// An attach is kept before the application that it is in: a process that ends between the two, or a full disk, must not part them.
func TestATakeoverBeginsWithWhoWasAttachedLast(t *testing.T) {
	root := t.TempDir()
	name := filepath.Join(root, "banyan.yaml")
	if err := os.WriteFile(name, []byte(lone), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _, err := openState(copyOf(root))
	if err != nil {
		t.Fatal(err)
	}
	f := &file{options: Options{File: name, Environment: "local"}, state: s, journal: deaf{}, turn: make(chan struct{}, 1)}
	if _, err := f.first(false); err != nil {
		t.Fatal(err)
	}
	if err := s.keepReplaced("r1", map[string]graph.Replaced{"only": {Attached: graph.Attached{Port: 8081}}}); err != nil {
		t.Fatal(err)
	}
	f.replaced.Store(s.replaced("r1"))
	next, err := f.first(true)
	if err != nil {
		t.Fatal(err)
	}
	if by, now := next.app.Replaced("only"), f.now.Load().app.Replaced("only"); by.Attached.Port != 8081 || now != by {
		t.Errorf("it begins with %v, and shows %v", by, now)
	}
}
