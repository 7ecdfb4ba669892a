package node

import (
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
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
