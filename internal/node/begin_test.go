package node

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
)

func TestWhatKeepsAControlProcessFromBeginningIsToldAndLeavesNothing(t *testing.T) {
	rows := []struct {
		sentence string
		spoil    func(s *stage)
		told     string
	}{
		{"a file that does not validate", func(s *stage) { s.edit("calls: [back]", "calls: [bakc]") }, `"bakc"`},
		{"no file", func(s *stage) { _ = os.Remove(filepath.Join(s.root, "banyan.yaml")) }, "banyan.yaml"},
		{"a state folder of another version", func(s *stage) { s.lay("version", "99\n") }, "version 99"},
		{"a journal that is no folder", func(s *stage) { s.lay("journal", "") }, "journal"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := &stage{t: t, root: t.TempDir()}
			s.write(strings.ReplaceAll(pair, "LISTEN", freeAddress(t)))
			row.spoil(s)
			s.spawn()
			s.ends()
			if text := Failure(copyOf(s.root)); !strings.Contains(text, row.told) {
				t.Fatalf("it says %q\n%s", text, s.log())
			}
			if left := marked(t, s.run); len(left) > 0 {
				t.Fatalf("%v live on", left)
			}
		})
	}
}

// lay puts a file into the state folder.
func (s *stage) lay(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(runFolder(s.root), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stateFolder(s.root), name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func TestWhatIsKeptIsForTheUsersEyesOnly(t *testing.T) {
	s := up(t, strings.Replace(pair, "    env: {WORD: one}", "    env: {WORD: one}\n    build: \"true\"", 1))
	s.allRun()
	s.get("/front/call/back/hello", nil)
	s.edit("WORD: one", "WORD: two")
	s.until("it was applied", func(all map[string]api.Service) bool { return strings.HasPrefix(all["back"].Release, "2-") })
	count := 0
	err := filepath.WalkDir(stateFolder(s.root), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // a draft that was renamed meanwhile
		}
		at, err := entry.Info()
		if err != nil {
			return nil //nolint:nilerr // the same
		}
		count++
		if at.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", name, at.Mode())
		}
		return nil
	})
	if err != nil || count < 10 {
		t.Fatalf("%d files, %v", count, err)
	}
}

func TestWhatNeverGetsReadyReplacesNothing(t *testing.T) {
	s := up(t, strings.Replace(pair, "    health: /healthz\n    env", "    health: {path: /healthz, interval: 200ms, within: 500ms}\n    env", 1))
	s.allRun()
	var before, after seenBy
	s.get("/back/", &before)
	wrong := s.under("/front/call/back/hello", func() {
		s.edit(asService+"\n    health: {path", asService+" unhealthy\n    health: {path")
		s.problemOf("back", diag.NotReady)
		if status := s.get("/back/", &after); status != http.StatusOK || after.PID != before.PID {
			t.Errorf("status %d, process %d, before %d", status, after.PID, before.PID)
		}
		s.edit(asService+" unhealthy", asService)
		s.until("back runs again", func(all map[string]api.Service) bool { return still(all["back"]) && all["back"].Problem == nil })
	})
	if len(wrong) > 0 {
		t.Fatalf("%d requests failed: %v", len(wrong), wrong[0])
	}
}

func TestPortsOfCallsThatComeAndGoAreGivenBack(t *testing.T) {
	const rounds = 4
	s := up(t, strings.Replace(pair, "    calls: [back]\n", "", 1))
	s.allRun()
	app := s.app()
	held := func() int { return sockets(t, s.keeper.PID) }
	before := held()
	front := "    run: " + os.Args[0] + " " + asService + "\n    health: /healthz\n"
	for range rounds {
		s.edit(front, front+"    calls: [back]\n")
		s.until("the call is there", func(all map[string]api.Service) bool {
			return held() == before+1 && still(all["front"]) && s.get("/front/call/back/x", nil) == http.StatusOK
		})
		s.edit("    calls: [back]\n", "")
		s.until("its port is gone", func(all map[string]api.Service) bool { return still(all["front"]) && held() == before })
	}
	if err := s.client.Stop(t.Context(), "front"); err != nil {
		t.Fatal(err)
	}
	for range rounds { // nobody runs whose end would tell
		s.edit(front, front+"    calls: [back]\n")
		s.until("the call is there", func(map[string]api.Service) bool { return held() == before+1 })
		s.edit("    calls: [back]\n", "")
		s.until("its port is gone", func(map[string]api.Service) bool { return held() == before })
	}

	if now := s.app(); now.PID != app.PID {
		t.Fatal("the control process is another one")
	}
}

// sockets counts those that a process has, but for the pipes of its children, which are none.
func sockets(t *testing.T, pid int) int {
	t.Helper()
	names, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	if err != nil || len(names) == 0 {
		t.Skip("this system tells no descriptors of processes")
	}
	n := 0
	for _, name := range names {
		if to, err := os.Readlink(name); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}
