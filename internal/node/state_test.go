package node

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/migration"
)

// What the release before kept of an application is there after the next up: its journal, its requests and the numbers of its releases.
func TestAFolderOfTheReleaseBeforeIsUsedWhole(t *testing.T) {
	root := t.TempDir()
	if err := os.CopyFS(stateFolder(root), os.DirFS("../migration/testdata/1")); err != nil {
		t.Fatal(err)
	}
	s := upIn(t, root, strings.ReplaceAll(strings.ReplaceAll(one("SELF"), "only", "greeter"), "SELF", os.Args[0]+" "+asService))
	release := ""
	s.until("greeter runs", func(all map[string]api.Service) bool {
		release = all["greeter"].Release
		return still(all["greeter"])
	})
	if !strings.HasPrefix(release, "3-") {
		t.Errorf("after two releases comes %s", release)
	}
	traces, err := s.client.Traces(t.Context(), api.TraceQuery{})
	if err != nil || len(traces) < 3 {
		t.Errorf("%d requests are known, %v", len(traces), err)
	}
	var told bool
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for d, err := range s.client.FollowJournal(ctx, 100) {
		if err != nil || d.Subject == "state" {
			told = err == nil && strings.Contains(d.Text, "from version 1 to version 2")
			break
		}
	}
	if !told {
		t.Error("nobody tells that the folder was brought forward")
	}
	if form, err := migration.Look(stateFolder(root)); err != nil || form != migration.Format {
		t.Errorf("version %d, %v", form, err)
	}
	if kept, err := filepath.Glob(filepath.Join(stateFolder(root), "backup", "1-*", "reconcile.json")); err != nil || len(kept) != 1 {
		t.Errorf("%v, %v", kept, err)
	}
}
