package node

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

// takeOver kills the control process and waits for the next one.
func (s *stage) takeOver() {
	s.t.Helper()
	before := s.app().PID
	if err := signalTo(before, syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	s.until("a new control process answers", func(map[string]api.Service) bool {
		app, err := s.client.App(s.t.Context())
		return err == nil && app.PID != before
	})
}

func TestAnIncludedFileIsWatchedAfterATakeover(t *testing.T) {
	main, part := strings.Split(pair, "  back:\n")[0], "services:\n  back:\n"+strings.Split(pair, "  back:\n")[1]
	part = strings.ReplaceAll(part, "SELF", os.Args[0]+" "+asService)
	s := up(t, "include: part.yaml\n"+main, beside{"part.yaml", part})
	s.allRun()
	s.takeOver()
	s.allRun()
	if err := os.WriteFile(filepath.Join(s.root, "part.yaml"), []byte(strings.Replace(part, "WORD: one", "WORD: two", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.until("back runs with the new value", func(map[string]api.Service) bool {
		var seen seenBy
		return s.get("/back/", &seen) == http.StatusOK && seen.Word == "two"
	})
}

func TestAFileThatWasChangedWhileNobodyWatchedIsApplied(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	if err := signalTo(s.app().PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.edit("WORD: one", "WORD: two") // before the next control process can have begun to watch
	s.until("back runs with the new value", func(map[string]api.Service) bool {
		if _, err := s.client.App(t.Context()); err != nil {
			return false
		}
		var seen seenBy
		return s.get("/back/", &seen) == http.StatusOK && seen.Word == "two"
	})
}

func TestTheOperatorsWishesOutliveTheControlProcess(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	if err := s.client.Scale(t.Context(), "back", 3); err != nil {
		t.Fatal(err)
	}
	if err := s.client.Stop(t.Context(), "front"); err != nil {
		t.Fatal(err)
	}
	as := func(all map[string]api.Service) bool {
		return all["front"].Phase == api.Stopped && still(all["back"]) && all["back"].Desired == 3
	}
	s.until("back has three instances, front none", as)
	before := s.processes()
	s.takeOver()
	s.until("that is so again", as)
	if after := s.processes(); len(after) != 3 || after["back.1"] != before["back.1"] || after["back.3"] != before["back.3"] {
		t.Fatalf("%v, then %v", before, after)
	}
	if err := s.client.Restart(t.Context(), "front"); err != nil {
		t.Fatal(err)
	}
	if err := s.client.Scale(t.Context(), "back", 0); err != nil {
		t.Fatal(err)
	}
	s.until("front runs, and back has nothing", func(all map[string]api.Service) bool {
		return still(all["front"]) && all["back"].Phase == api.Stopped
	})
	if status := s.get("/front/call/back/x", nil); status != http.StatusServiceUnavailable {
		t.Fatalf("a call to what is scaled to nothing: %d", status)
	}
	if err := s.client.Scale(t.Context(), "back", 1); err != nil {
		t.Fatal(err)
	}
	s.allRun()
	if status := s.get("/front/call/back/x", nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
}

// building is an application whose build goes on for ever and tells its process.
func building(t *testing.T) (s *stage, build func() int) {
	s = up(t, strings.Replace(one("SELF"), "    run: SELF\n", "    build: sh -c \"echo $$ > build.pid; exec sleep 300\"\n    run: SELF\n", 1))
	s.until("only is built", func(all map[string]api.Service) bool { return all["only"].Phase == api.Building })
	return s, func() (pid int) {
		s.until("the build tells its process", func(map[string]api.Service) bool {
			text, err := os.ReadFile(filepath.Join(s.root, "build.pid"))
			if err == nil {
				pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
			}
			return err == nil
		})
		return pid
	}
}

func gone(pid int) bool { return signalTo(pid, syscall.Signal(0)) != nil }

// ends waits for the keeper's own end.
func (s *stage) ends() {
	s.t.Helper()
	select {
	case <-s.keeper.Done():
	case <-time.After(patience):
		s.t.Fatalf("the keeper did not end\n%s", s.log())
	}
}

func TestDownDuringABuildEndsIt(t *testing.T) {
	s, build := building(t)
	pid := build()
	for range 2 { // a second one while the first is under way changes nothing
		if err := s.client.Down(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	s.ends()
	if !gone(pid) {
		t.Fatal("the build lives on")
	}
}

func TestABuildEndsWithTheControlProcessThatBeganIt(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows the marks of a process")
	}
	s, build := building(t)
	first := build()
	if err := os.Remove(filepath.Join(s.root, "build.pid")); err != nil {
		t.Fatal(err)
	}
	s.takeOver()
	second := build()
	if first == second {
		t.Fatal("it is not built again")
	}
	s.until("the first build is gone", func(map[string]api.Service) bool { return gone(first) })
}

func TestDownDuringATakeoverEndsEverything(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	pids := s.processes()
	control := s.app().PID
	if err := s.client.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = signalTo(control, syscall.SIGKILL)
	s.ends()
	for id, pid := range pids {
		if !gone(pid) {
			t.Errorf("%s lives on", id)
		}
	}
}

func TestSIGTERMToTheKeeperEndsEverything(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	pids, control := s.processes(), s.app().PID
	if err := signalTo(s.keeper.PID, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	s.ends()
	for id, pid := range pids {
		if !gone(pid) {
			t.Errorf("%s lives on", id)
		}
	}
	if !gone(control) {
		t.Error("the control process lives on")
	}
}
