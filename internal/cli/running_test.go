//go:build unix

package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/project"
)

// TestLiveSessions runs applications of tiny servers.
func TestLiveSessions(t *testing.T) {
	script(t, "testdata/live", map[string]func(*testscript.TestScript, bool, []string){
		"sigkill": signalled(syscall.SIGKILL), "sigstop": signalled(syscall.SIGSTOP), "pids": pids, "gone": gone,
		"needs": needs, "replace": replace, "sigstopinstance": instanceSignalled(syscall.SIGSTOP),
		"sigcontinstance": instanceSignalled(syscall.SIGCONT), "killinstance": instanceSignalled(syscall.SIGKILL),
	})
}

// clientOf reaches the application of a session's folder.
func clientOf(ts *testscript.TestScript) *api.Client {
	root, err := filepath.EvalSymlinks(ts.MkAbs("."))
	ts.Check(err)
	return api.Dial(project.Place{Root: root}.Socket())
}

// signalled makes a command that sends a signal to the keeper or to the control process, and waits until it shows: sigkill keeper.
func signalled(signal syscall.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		client := clientOf(ts)
		app, err := client.App(context.Background())
		ts.Check(err)
		ts.Check(syscall.Kill(map[string]int{"keeper": app.Keeper, "control": app.PID}[args[0]], signal))
		for err == nil { // nobody answers any more, or somebody else does
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			var next api.App
			if next, err = client.App(ctx); next.PID != app.PID {
				err = context.Canceled
			}
			cancel()
		}
	}
}

// instanceSignalled makes a command that sends a signal to the process groups of a service: sigstopinstance catalog.
func instanceSignalled(signal syscall.Signal) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		services, err := clientOf(ts).Services(context.Background())
		ts.Check(err)
		for _, service := range services {
			for _, i := range service.Instances {
				if service.Name == args[0] && i.PID > 0 {
					ts.Check(syscall.Kill(-i.PID, signal))
				}
			}
		}
	}
}

// pids writes the instances and their processes to a file.
func pids(ts *testscript.TestScript, _ bool, args []string) {
	services, err := clientOf(ts).Services(context.Background())
	ts.Check(err)
	var b strings.Builder
	for _, service := range services {
		for _, i := range service.Instances {
			fmt.Fprintln(&b, i.ID, i.PID)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o600))
}

// gone waits until no process of such a file lives.
func gone(ts *testscript.TestScript, _ bool, args []string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for l := range strings.Lines(ts.ReadFile(args[0])) {
		var id string
		var pid int
		_, err := fmt.Sscan(l, &id, &pid)
		ts.Check(err)
		for deadline := time.Now().Add(10 * time.Second); lives(pid); <-tick.C {
			if time.Now().After(deadline) {
				ts.Fatalf("%s lives on as process %d", id, pid)
			}
		}
	}
}

// lives is false for a process that ended, even where nobody has collected it yet.
func lives(pid int) bool {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil && strings.Contains(string(stat), ") Z ") {
		return false
	}
	return syscall.Kill(pid, 0) == nil
}

// needs fails where a language is missing that must be there, and lets its tools find what they keep for the user: needs go.
func needs(ts *testscript.TestScript, _ bool, args []string) {
	if _, err := exec.LookPath(args[0]); err != nil && os.Getenv("BANYAN_REQUIRE_SERVICES") == "1" {
		ts.Fatalf("%s is not installed", args[0])
	}
	for _, name := range []string{"GOCACHE", "HOME"} {
		if value := os.Getenv(name); value != "" {
			ts.Setenv(name, value)
		}
	}
}

// replace replaces text in a file, with variables in both: replace banyan.yaml 8080 $GATEWAY.
func replace(ts *testscript.TestScript, _ bool, args []string) {
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, args[1]) {
		ts.Fatalf("%s does not hold %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(text, args[1], args[2])), 0o600))
}
