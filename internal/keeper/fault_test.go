//go:build linux || darwin

package keeper

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

func codeOf(err error) diag.Code {
	var d diag.Diagnostic
	_ = errors.As(err, &d)
	return d.Code
}

func TestChildrenSurviveTheControlProcess(t *testing.T) {
	s := raise(t)
	c := s.start("orders.1", "sh", "-c", `echo ready; while :; do sleep 0.05; echo tick; done`)
	s.start("gone.1", "sh", "-c", "exit 4")
	eventually(t, "the second has ended", func() bool { return len(s.state("").Events) == 1 })
	for range 3 {
		old := s.state("").PID
		_ = syscall.Kill(old, syscall.SIGKILL)
		eventually(t, "a new control process is there", func() bool {
			var a deskAnswer
			return s.try("/state", nil, nil, &a) == nil && a.PID != old
		})
	}
	children := s.state("").Children
	if len(children) != 2 || children[1].PID != c.PID || children[1].Exited != nil || children[1].Meta["port"] != "7001" || !lives(c.PID) {
		t.Fatalf("children: %+v", children)
	}
	if children[0].Exited == nil || children[0].Exited.Code != 4 {
		t.Fatalf("the ended child: %+v", children[0])
	}
	eventually(t, "output goes on", func() bool { return strings.Contains(s.state("orders.1").Output, "tick") })
}

func TestNothingSurvivesTheKeeper(t *testing.T) {
	s := raise(t)
	plain := s.start("orders.1", "sh", "-c", forever)
	grand := s.start("npm.1", "sh", "-c", "sleep 300 & echo ready; wait")
	pids := []int{plain.PID, grand.PID}
	if runtime.GOOS == "linux" {
		s.start("daemon.1", os.Args[0], "role:daemon")
		pids = append(pids, s.daemonOf("daemon.1"))
	}
	control := s.state("").PID
	_ = syscall.Kill(s.process.PID, syscall.SIGKILL)
	eventually(t, "all have ended", func() bool {
		return len(living(pids)) == 0 && !groupLives(grand.PID) && !lives(control)
	})
	if _, err := os.Stat(filepath.Join(s.dir, recordName)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the record is left: %v", err)
	}
}

func TestTheNextKeeperSweepsWhatBothLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows the marks of a process")
	}
	s := raise(t)
	s.start("daemon.1", os.Args[0], "role:daemon")
	daemon, control := s.daemonOf("daemon.1"), s.state("").PID
	_ = syscall.Kill(s.process.PID, syscall.SIGSTOP) // it starts no other control process
	_ = syscall.Kill(control, syscall.SIGKILL)
	_ = syscall.Kill(s.process.PID, syscall.SIGKILL)
	<-s.process.Done()
	if !lives(daemon) {
		t.Fatal("the test needs the daemon to live on")
	}
	if s.raise(); lives(daemon) {
		t.Fatal("the next keeper left the daemon")
	}
}

func TestSweepRefusesWhileAKeeperLives(t *testing.T) {
	s := raise(t)
	c := s.start("orders.1", "sh", "-c", forever)
	if _, err := Sweep(s.dir, ""); codeOf(err) != diag.AlreadyRunning || !lives(c.PID) {
		t.Fatalf("sweep: %v", err)
	}
}

// A control process hears of its keeper's end by a socket, which a killed process closes before it gives its lock back.
func TestSweepWaitsForAKeeperThatIsEnding(t *testing.T) {
	dir := t.TempDir()
	held, err := lock(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := sign(held, time.Now()); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(50*time.Millisecond, func() { _ = held.Close() })
	if _, err := Sweep(dir, "a run that marks nobody"); err != nil {
		t.Fatal(err)
	}
}

func TestSweepSparesAProcessThatGotARecordedNumber(t *testing.T) {
	dir := t.TempDir()
	stranger := os.Getpid()
	r := record{Version: recordVersion, Run: "a run that marks nobody", Groups: []group{{"orders.1", identity{stranger, 1}}}}
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	if killed, err := Sweep(dir, ""); err != nil || len(killed) != 0 {
		t.Fatalf("killed %v, %v", killed, err)
	}
}

func TestTwoKeepersInOneFolder(t *testing.T) {
	s := raise(t)
	_, err := Spawn(spawnOptions(s.dir))
	if codeOf(err) != diag.AlreadyRunning || !strings.Contains(err.Error(), "since") {
		t.Fatalf("second: %v", err)
	}
	if s.state("").Error != "" {
		t.Fatal("the first no longer answers")
	}
}

func TestAFolderThatCannotBeUsed(t *testing.T) {
	rows := []struct {
		sentence string
		spoil    func(t *testing.T, dir string)
	}{
		{"a file where the folder should be", func(t *testing.T, dir string) { writeFile(t, dir, "") }},
		{"a record of another version", func(t *testing.T, dir string) {
			makeDir(t, dir)
			writeFile(t, filepath.Join(dir, recordName), `{"version":99}`)
		}},
		{"a folder that may not be written", func(t *testing.T, dir string) {
			if os.Geteuid() == 0 {
				t.Skip("root may write everywhere")
			}
			makeDir(t, dir)
			if err := os.Chmod(dir, 0o500); err != nil {
				t.Fatal(err)
			}
		}},
		{"a lock that is a folder", func(t *testing.T, dir string) { makeDir(t, filepath.Join(dir, lockName)) }},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			dir := shortDir(t)
			row.spoil(t, dir)
			o := spawnOptions(dir)
			if _, err := Spawn(o); codeOf(err) != diag.StateUnusable {
				t.Fatalf("spawn: %v", err)
			}
		})
	}
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func makeDir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestAControlProcessThatBreaksAgainAndAgainEndsTheRun(t *testing.T) {
	dir := shortDir(t)
	process, err := Spawn(spawnOptions(dir, "role:broken"))
	if err == nil || !strings.Contains(err.Error(), "ended 5 times") {
		t.Fatalf("spawn: %v", err)
	}
	<-process.Done()
	if b, _ := os.ReadFile(filepath.Join(dir, "keeper.log")); !strings.Contains(string(b), "giving up") {
		t.Fatalf("log: %s", b)
	}
}

func TestTheLeashEndsTheRunInOrder(t *testing.T) {
	s := raise(t, func(o *SpawnOptions) { o.Leash = true })
	c := s.start("orders.1", "sh", "-c", forever)
	if err := s.process.Release(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.process.Done():
	case <-time.After(15 * time.Second):
		t.Fatal("the keeper does not end", s.log())
	}
	if lives(c.PID) {
		t.Fatal("a child lives on")
	}
}

func TestShutdownEndsEverything(t *testing.T) {
	s := raise(t)
	c := s.start("orders.1", "sh", "-c", forever)
	if a := s.ask("/shutdown", nil, nil); a.Error != "" || lives(c.PID) {
		t.Fatalf("shutdown: %+v", a)
	}
	<-s.process.Done()
	if _, err := os.Stat(filepath.Join(s.dir, recordName)); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the record is left: %v", err)
	}
}

func TestTheTerminalsSignalReachesNobody(t *testing.T) {
	s := raise(t)
	c := s.start("orders.1", "sh", "-c", forever)
	for _, pid := range []int{s.process.PID, c.PID} {
		if session, err := sessionOf(pid); err != nil || session != s.process.PID {
			t.Fatalf("process %d is in session %d, %v", pid, session, err)
		}
	}
	_ = syscall.Kill(s.process.PID, syscall.SIGINT)
	if s.state("").Error != "" || !lives(c.PID) {
		t.Fatal("an interrupt ended something")
	}
}

func TestManyEndedChildrenDoNotHideTheWishToEnd(t *testing.T) {
	heard := newSignals()
	defer heard.stop()
	for len(heard.children) < cap(heard.children) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGCHLD)
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	select {
	case <-heard.end:
	case <-time.After(15 * time.Second):
		t.Fatal("SIGTERM is lost")
	}
}
