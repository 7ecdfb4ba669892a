package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/project"
)

// fault is how a command is typed, and the code that it ends with in a folder with no file, with a broken file, with nothing
// running, with a state folder of a newer version, with one that is read-only, and with one on a full disk.
type fault struct {
	words                                           string
	empty, broken, stopped, newer, readonly, noRoom int
}

// faultTable has a row for each command.
var faultTable = []fault{
	{"up -d --wait", 1, 1, 0, 1, 1, 1},
	{"down", 1, 0, 0, 0, 0, 0},
	{"run greet", 1, 1, 0, 1, 1, 1},
	{"exec one -- tinyserver -says hello", 1, 1, 0, 0, 0, 0},
	{"upgrade", 1, 3, 3, 3, 3, 3},
	{"purge --dry-run", 1, 0, 0, 0, 0, 0},
	{"trust --dry-run", 0, 0, 0, 0, 0, 0},
	{"status", 1, 3, 3, 3, 3, 3},
	{"ps", 1, 3, 3, 3, 3, 3},
	{"logs", 1, 3, 3, 3, 3, 3},
	{"top --once", 1, 3, 3, 3, 3, 3},
	{"dashboard --print", 1, 3, 3, 3, 3, 3},
	{"start one", 1, 3, 3, 3, 3, 3},
	{"stop one", 1, 3, 3, 3, 3, 3},
	{"restart one", 1, 3, 3, 3, 3, 3},
	{"scale one=2", 1, 3, 3, 3, 3, 3},
	{"attach one --port 18999", 1, 3, 3, 3, 3, 3},
	{"detach one", 1, 3, 3, 3, 3, 3},
	{"debug one", 1, 3, 3, 3, 3, 3},
	{"plan", 1, 1, 0, 0, 0, 0},
	{"trace --last", 1, 3, 3, 3, 3, 3},
	{"explain GET /", 1, 1, 0, 0, 0, 0},
	{"call one GET /", 1, 3, 3, 3, 3, 3},
	{"env one", 1, 3, 3, 3, 3, 3},
	{"graph", 1, 1, 0, 0, 0, 0},
	{"journal", 1, 3, 3, 3, 3, 3},
	{"doctor", 0, 1, 0, 1, 1, 1},
	{"docs install", 0, 0, 0, 0, 0, 0},
	{"validate", 1, 1, 0, 0, 0, 0},
	{"config", 1, 1, 0, 0, 0, 0},
	{"schema", 0, 0, 0, 0, 0, 0},
	{"init --template cobol", 2, 1, 1, 1, 1, 1},
	{"init service one --template go", 1, 1, 1, 1, 1, 1},
	{"import Procfile --dry-run", 0, 0, 0, 0, 0, 0},
	{"version", 0, 0, 0, 0, 0, 0},
	{"completion bash", 0, 0, 0, 0, 0, 0},
	{"completion fish", 0, 0, 0, 0, 0, 0},
	{"completion powershell", 0, 0, 0, 0, 0, 0},
	{"completion zsh", 0, 0, 0, 0, 0, 0},
	{"help exit-codes", 0, 0, 0, 0, 0, 0},
}

func TestTheTableOfFaultsHasEveryCommand(t *testing.T) {
	s := &shell{}
	var visit func(path string, cmd *cobra.Command)
	visit = func(path string, cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			visit(path+sub.Name()+" ", sub)
		}
		has := slices.ContainsFunc(faultTable, func(row fault) bool { return strings.HasPrefix(row.words+" ", path) })
		if !has && !cmd.Hidden && cmd.Runnable() {
			t.Errorf("banyan %s has no row in the table of faults: say what it does without a file, with a broken one, and so on", path)
		}
	}
	for _, cmd := range s.root().Commands() {
		visit(cmd.Name()+" ", cmd)
	}
}

// unlucky is a folder in which something is wrong.
func unlucky(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{"Procfile": "web: ./web\n", "banyan.yaml": text}
	for name, text := range files {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := abandon(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// faultFile is one service behind a gateway at a free port.
func faultFile(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("banyan: 1\napp: unlucky\ngateway:\n  listen: %s\n  routes: [{path: \"/**\", to: one}]\nservices:\n  one: {run: tinyserver}\ntasks:\n  greet: {run: tinyserver -says hello}\n", l.Addr())
}

// versioned writes a state folder of a version.
func versioned(t *testing.T, dir, version string) {
	t.Helper()
	state := filepath.Join(dir, ".banyan")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "version"), []byte(version+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// mounted gives the state folder a small file system of its own, which is full or read-only.
func mounted(t *testing.T, dir string, readonly bool) {
	t.Helper()
	state := filepath.Join(dir, ".banyan")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", state, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a file system of its own cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(state, syscall.MNT_DETACH) })
	if !readonly {
		_ = os.WriteFile(filepath.Join(state, "ballast"), make([]byte, 1<<20), 0o600) // it fails when the disk is full, as it should be
		return
	}
	if err := syscall.Mount("tmpfs", state, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}

// raw is what a person should never have to read.
var raw = regexp.MustCompile(`(?i)panic|goroutine [0-9]|runtime error|<nil>|%!|dial unix|dial tcp|unexpected EOF`)

// refused checks that what ended with a code says why, in words for people.
func refused(t *testing.T, code int, said string) {
	t.Helper()
	if found := raw.FindString(said); found != "" {
		t.Errorf("it says %q:\n%s", found, said)
	}
	if code != exitOK && !strings.Contains(said, "BYN-") && !strings.Contains(said, "✗") {
		t.Errorf("it ends with %d and tells no cause:\n%s", code, said)
	}
}

// tree is each path below a folder, and of files the size and time; the state is left out unless it counts.
func tree(t *testing.T, dir string, state bool) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !state && d.Name() == ".banyan" {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintln(&b, path, info.Mode())
		if !d.IsDir() { // the time of a folder tells of what was tried in it and undone too, as doctor does
			fmt.Fprintln(&b, info.Size(), info.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// finished types a command in a folder, waits for its end, and returns its code and all that it said.
func finished(t *testing.T, dir, words string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "banyan", strings.Fields(words)...)
	command.Dir = dir
	out, _ := command.CombinedOutput() // its code is looked at
	return command.ProcessState.ExitCode(), string(out)
}

// older listens where the control process would and answers what every version knows, and of all else that it knows it not.
func older(t *testing.T, dir string) {
	t.Helper()
	at := project.Place{Root: dir}
	if err := os.MkdirAll(at.Run(), 0o700); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", at.Socket())
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/app" && r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `{"name": "unlucky", "version": "v0.0.1", "environment": "local"}`)
			return
		}
		p := problem.From(problem.New(diag.NoSuchThing, "%s %s is no operation of this API.", r.Method, r.URL.Path), problem.Inside, "")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(p.JSON())
	})}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }() // Close ends it
	t.Cleanup(func() { _ = server.Close(); <-ended })
}

func TestAnApplicationOfAnotherVersionIsToldAsSuch(t *testing.T) {
	for i, row := range faultTable {
		if row.stopped != exitNotRunning || strings.HasPrefix(row.words, "upgrade") || strings.HasPrefix(row.words, "dashboard") {
			continue // it asks no running application, is the way out itself, or asks what every version knows
		}
		t.Run(fmt.Sprintf("%d %s", i, row.words), func(t *testing.T) {
			dir := unlucky(t, faultFile(t))
			older(t, dir)
			code, said := finished(t, dir, row.words)
			refused(t, code, said)
			if code != exitFailed || !strings.Contains(said, "banyan upgrade") {
				t.Errorf("it ends with %d:\n%s", code, said)
			}
		})
	}
}

func TestAStateFolderThatIsNoFolderIsToldAsSuch(t *testing.T) {
	for _, row := range faultTable {
		if row.stopped != exitNotRunning {
			continue
		}
		dir := unlucky(t, faultFile(t))
		if err := os.WriteFile(filepath.Join(dir, ".banyan"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		code, said := finished(t, dir, row.words)
		refused(t, code, said)
		if code == exitOK || !strings.Contains(said, string(diag.StateUnusable)) {
			t.Errorf("%s ends with %d:\n%s", row.words, code, said)
		}
		if err := os.Remove(filepath.Join(dir, ".banyan")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhateverIsWrongEachCommandSaysSoAndChangesNothing(t *testing.T) {
	const broken = "banyan: 1\napp: unlucky\nservices:\n  one: {rum: tinyserver}\n"
	for i, row := range faultTable {
		situations := []struct {
			sentence string
			code     int
			folder   func(t *testing.T) string
		}{
			{"no file", row.empty, func(t *testing.T) string { return unlucky(t, "") }},
			{"a broken file", row.broken, func(t *testing.T) string { return unlucky(t, broken) }},
			{"nothing runs", row.stopped, func(t *testing.T) string { return unlucky(t, faultFile(t)) }},
			{"newer state", row.newer, func(t *testing.T) string {
				dir := unlucky(t, faultFile(t))
				versioned(t, dir, "999")
				return dir
			}},
			{"read-only state", row.readonly, func(t *testing.T) string {
				dir := unlucky(t, faultFile(t))
				mounted(t, dir, true)
				return dir
			}},
			{"full disk", row.noRoom, func(t *testing.T) string {
				dir := unlucky(t, faultFile(t))
				mounted(t, dir, false)
				return dir
			}},
		}
		for _, situation := range situations {
			t.Run(fmt.Sprintf("%d %s/%s", i, row.words, situation.sentence), func(t *testing.T) {
				dir := situation.folder(t)
				starts := strings.HasPrefix(row.words, "up")
				before := tree(t, dir, !starts)
				code, said := finished(t, dir, row.words)
				if code != situation.code {
					t.Errorf("it ends with %d, not %d:\n%s", code, situation.code, said)
				}
				refused(t, code, said)
				noted := code == exitOK && strings.HasPrefix(row.words, "run ") // that a task ran is kept
				if after := tree(t, dir, !starts); after != before && !noted {
					t.Errorf("it changed\n%sto\n%s", before, after)
				}
				if starts && code != exitOK && (place{Place: project.Place{Root: dir}}).lives() {
					t.Error("it leaves a keeper")
				}
			})
		}
	}
}

// interruptedAfter types a command, sends it SIGINT after a while, and returns its code and what it said.
func interruptedAfter(t *testing.T, dir, words string, pause time.Duration) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "banyan", strings.Fields(words)...)
	var out bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, &out, &out
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(pause, func() { _ = command.Process.Signal(syscall.SIGINT) }) // it may have ended
	defer timer.Stop()
	_ = command.Wait() // its code is looked at
	return command.ProcessState.ExitCode(), out.String()
}

// moments are the pauses before Ctrl-C: from before a command has begun to after most have ended.
func moments(t *testing.T) func() time.Duration {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	return func() time.Duration { return time.Duration(random.Int64N(int64(150 * time.Millisecond))) }
}

// killedEarly is the code of a process that SIGINT met before it could listen for it.
const killedEarly = -1

func TestCtrlCAtAnyMomentLeavesNothingHalfDone(t *testing.T) {
	moment := moments(t)
	for range 4 {
		dir := unlucky(t, faultFile(t))
		code, said := interruptedAfter(t, dir, "up -d --wait", moment())
		if !slices.Contains([]int{exitOK, exitInterrupted, killedEarly}, code) || raw.MatchString(said) {
			t.Errorf("up ends with %d:\n%s", code, said)
		}
		// What it left is either an application or nothing; both can be begun and ended.
		for _, next := range []string{"down", "up -d --wait", "status", "down"} {
			if code, said := finished(t, dir, next); code != exitOK {
				t.Fatalf("then %s ends with %d:\n%s", next, code, said)
			}
		}
		if (place{Place: project.Place{Root: dir}}).lives() {
			t.Error("a keeper lives on")
		}
	}
}

func TestCtrlCDuringACommandDisturbsNothingThatRuns(t *testing.T) {
	moment := moments(t)
	dir := unlucky(t, faultFile(t))
	if code, said := finished(t, dir, "up -d --wait"); code != exitOK {
		t.Fatal(said)
	}
	for _, row := range faultTable {
		if row.words == "down" || strings.HasPrefix(row.words, "up") || strings.HasPrefix(row.words, "stop") {
			continue
		}
		code, said := interruptedAfter(t, dir, row.words, moment())
		if slices.Contains([]int{exitFailed, exitInterrupted, killedEarly}, code) {
			code = exitOK // doctor and trace find something to tell of
		}
		if code != exitOK || raw.MatchString(said) {
			t.Errorf("%s ends with %d:\n%s", row.words, code, said)
		}
	}
	if code, said := finished(t, dir, "start one --wait"); code != exitOK {
		t.Errorf("start ends with %d:\n%s", code, said)
	}
	if code, said := finished(t, dir, "status"); code != exitOK {
		t.Errorf("status ends with %d:\n%s", code, said)
	}
	if code, said := finished(t, dir, "down"); code != exitOK || (place{Place: project.Place{Root: dir}}).lives() {
		t.Errorf("down ends with %d:\n%s", code, said)
	}
}
