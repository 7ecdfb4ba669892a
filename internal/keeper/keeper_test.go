//go:build linux || darwin

package keeper

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const forever = "echo ready; exec sleep 300"

func TestAChildRunsIsReadAndStops(t *testing.T) {
	s := raise(t)
	c := s.start("orders.1", "sh", "-c", forever)
	eventually(t, "its output arrives", func() bool { return s.state("orders.1").Output == "ready\n" })
	if again := s.ask("/start", nil, Spec{Key: "orders.1", Argv: []string{"true"}}); again.Kind != "running" {
		t.Fatalf("a second start under the key: %+v", again)
	}
	a := s.stop("orders.1", "5s")
	if a.Error != "" || a.Exit.Signal != "SIGTERM" || a.Exit.Code != 143 || a.Exit.Forced || lives(c.PID) {
		t.Fatalf("stop: %+v", a)
	}
	eventually(t, "its end is told", func() bool { return len(s.state("").Events) == 1 })
	if s.ask("/forget", url.Values{"key": {"orders.1"}}, nil); len(s.state("").Children) != 0 {
		t.Fatal("a forgotten child is still listed")
	}
}

func TestAnExitIsToldWithItsCodeAfterItsOutput(t *testing.T) {
	s := raise(t)
	s.start("orders.1", "sh", "-c", "echo last words >&2; exit 7")
	eventually(t, "its end is told", func() bool { return len(s.state("").Events) == 1 })
	eventually(t, "its last words arrive", func() bool { return s.state("orders.1").Output == "last words\n" })
	if e := s.state("").Events[0]; e.Exit.Code != 7 || e.Exit.Forced || e.Exit.Signal != "" {
		t.Fatalf("event: %+v", e)
	}
}

// Who keeps a log waits for Last before it ends a child's part of it.
func TestAnExitNamesTheLastOutputThatNobodyTook(t *testing.T) {
	s := silent(t)
	s.start("orders.1", "sh", "-c", "echo one; echo two >&2; exit 7")
	eventually(t, "its end is told", func() bool { return len(s.state("").Events) == 1 })
	if e := s.state("").Events[0]; e.Last != 2 {
		t.Fatalf("event: %+v", e)
	}
}

// silent raises a keeper whose control process takes no output as long as the file "quiet" is there.
func silent(t *testing.T) *stage {
	t.Helper()
	s := &stage{t: t, dir: shortDir(t)}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "quiet"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return s.raise()
}

func TestStarting(t *testing.T) {
	s := raise(t)
	plain := filepath.Join(s.dir, "plain")
	if err := os.WriteFile(plain, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		sentence string
		spec     Spec
		errno    syscall.Errno
		kind     string
	}{
		{"a program that PATH does not have is not found", Spec{Key: "a", Argv: []string{"no-such-program"}}, syscall.ENOENT, ""},
		{"a path that does not exist is not found", Spec{Key: "b", Argv: []string{"./absent"}, Dir: s.dir}, syscall.ENOENT, ""},
		{"a file that is not executable is a matter of permission", Spec{Key: "c", Argv: []string{"./plain"}, Dir: s.dir}, syscall.EACCES, ""},
		{"a folder that does not exist is not mistaken for a missing program", Spec{Key: "d", Argv: []string{"sh"}, Dir: "/absent"}, 0, "no-dir"},
		{"an empty command is not found", Spec{Key: "e"}, syscall.ENOENT, ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			row.spec.Env = os.Environ()
			if a := s.ask("/start", nil, row.spec); a.Errno != int(row.errno) || a.Kind != row.kind || a.Error == "" {
				t.Fatalf("answer: %+v", a)
			}
		})
	}
}

func TestAChildThatIgnoresSIGTERMIsKilledAfterItsGrace(t *testing.T) {
	s := raise(t)
	c := s.start("stubborn.1", "sh", "-c", `trap "" TERM; echo ready; while :; do sleep 1; done`)
	eventually(t, "it is ready", func() bool { return s.state("stubborn.1").Output != "" })
	begun := time.Now()
	a := s.stop("stubborn.1", "200ms")
	if !a.Exit.Forced || a.Exit.Signal != "SIGKILL" || time.Since(begun) < 200*time.Millisecond || groupLives(c.PID) {
		t.Fatalf("stop: %+v after %s", a.Exit, time.Since(begun))
	}
}

func TestWhatAnEndedLeaderLeavesInItsGroupEnds(t *testing.T) {
	s := raise(t)
	c := s.start("forks.1", "sh", "-c", "sleep 300 & echo $!; exit 0")
	eventually(t, "its end is told", func() bool { return len(s.state("").Events) == 1 })
	if groupLives(c.PID) {
		t.Fatal("the group has members left")
	}
}

func TestAGroupMayTakeItsGraceAfterItsLeaderEnded(t *testing.T) {
	s := raise(t)
	// The leader ends at once at SIGTERM, as npm does; what does the work finishes a little later.
	s.start("npm.1", "sh", "-c", `sh -c 'trap "sleep 0.3; echo drained; exit 0" TERM; echo ready; while :; do sleep 0.05; done' & wait`)
	eventually(t, "it is ready", func() bool { return strings.Contains(s.state("npm.1").Output, "ready") })
	if a := s.stop("npm.1", "10s"); a.Exit.Forced {
		t.Fatalf("exit: %+v", a.Exit)
	}
	eventually(t, "it drained", func() bool { return strings.Contains(s.state("npm.1").Output, "drained") })
}

func TestADaemonThatLeftItsGroupEndsWithItsChild(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows the marks of a process")
	}
	s := raise(t)
	s.start("daemon.1", os.Args[0], "role:daemon")
	daemon := s.daemonOf("daemon.1")
	if s.stop("daemon.1", "5s"); lives(daemon) {
		t.Fatal("the daemon lives on")
	}
}

// daemonOf is the pid that a daemon told.
func (s *stage) daemonOf(key string) int {
	s.t.Helper()
	var pid int
	eventually(s.t, "the daemon is there", func() bool {
		_, err := fmt.Sscanf(s.state(key).Output, "daemon %d", &pid)
		return err == nil && lives(pid)
	})
	return pid
}

func TestOutputBeyondTheSpoolDropsTheOldestAndCountsIt(t *testing.T) {
	s := silent(t)
	const size = 4 << 20
	over := filepath.Join(s.dir, "over")
	s.start("flood.1", os.Args[0], "role:flood", strconv.Itoa(size), over)
	s.start("quiet.1", "sh", "-c", forever)
	// The flood ends although nobody takes it: the child never waits. Only then does a control process come that reads.
	first := s.state("").PID
	eventually(t, "the flood is over", func() bool { _, err := os.Stat(over); return err == nil })
	if err := os.Remove(filepath.Join(s.dir, "quiet")); err != nil {
		t.Fatal(err)
	}
	_ = syscall.Kill(first, syscall.SIGKILL)
	eventually(t, "the end of the flood arrives", func() bool {
		var a deskAnswer
		return s.try("/state", url.Values{"key": {"flood.1"}}, nil, &a) == nil && strings.HasSuffix(a.Output, "end of the flood\n")
	})
	a := s.state("flood.1")
	if total := int64(len(a.Output)) + a.Lost; total != size+int64(len("end of the flood\n")) || a.Lost < size-2*perChild {
		t.Fatalf("%d bytes arrived, %d are lost", len(a.Output), a.Lost)
	}
	if b := s.state("quiet.1"); b.Output != "ready\n" || b.Lost != 0 {
		t.Fatalf("another child's output: %+v", b)
	}
}

func TestAListenerIsHeldWhileTheControlProcessIsGone(t *testing.T) {
	s := raise(t)
	a := s.ask("/listen", url.Values{"key": {"edge/a/b"}, "address": {"127.0.0.1:0"}}, nil)
	if got := hear(t, a.Address); got != a.PID {
		t.Fatalf("process %d answers, want %d", got, a.PID)
	}
	_ = syscall.Kill(a.PID, syscall.SIGKILL)
	c, err := net.Dial("tcp", a.Address) // nobody accepts yet: it waits in the backlog
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new control process is there", func() bool {
		var b deskAnswer
		return s.try("/state", nil, nil, &b) == nil && b.PID != a.PID
	})
	again := s.ask("/listen", url.Values{"key": {"edge/a/b"}, "address": {"127.0.0.1:0"}}, nil)
	if again.Address != a.Address || again.PID == a.PID {
		t.Fatalf("the new process listens on %s, the old one on %s", again.Address, a.Address)
	}
	b, err := io.ReadAll(c)
	_ = c.Close()
	if err != nil || string(b) != strconv.Itoa(again.PID) {
		t.Fatalf("the waiting connection heard %q, %v", b, err)
	}
}

func hear(t *testing.T, address string) int {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(c)
	_ = c.Close()
	pid, _ := strconv.Atoi(string(b))
	return pid
}

func TestAnAddressThatIsTakenIsRecognised(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	s := raise(t)
	a := s.ask("/listen", url.Values{"key": {"gateway"}, "address": {taken.Addr().String()}}, nil)
	if syscall.Errno(a.Errno) != syscall.EADDRINUSE {
		t.Fatalf("answer: %+v", a)
	}
	free := s.ask("/listen", url.Values{"key": {"gateway"}, "address": {"127.0.0.1:0"}}, nil)
	if s.ask("/unlisten", url.Values{"key": {"gateway"}}, nil); dials(free.Address) {
		// The desk's own copy accepts until it is closed; the keeper's is gone, so a new address is bound.
		moved := s.ask("/listen", url.Values{"key": {"gateway"}, "address": {"127.0.0.1:0"}}, nil)
		if moved.Address == free.Address {
			t.Fatal("the keeper still holds the socket")
		}
	}
}

func dials(address string) bool {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return false
	}
	return c.Close() == nil
}
