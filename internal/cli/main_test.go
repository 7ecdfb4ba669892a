package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"

	"github.com/banyan-run/banyan/internal/project"
)

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"banyan":     func() { os.Exit(Main(os.Args[1:], Real())) },
		"tinyserver": func() { os.Exit(tinyserver(os.Args[1:])) },
	})
}

// leakless fails a run of tests that leaves goroutines.
type leakless struct{ testing *testing.M }

func (l leakless) Run() int {
	code := l.testing.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// script runs the sessions of a folder, which may use more commands.
func script(t *testing.T, folder string, more map[string]func(*testscript.TestScript, bool, []string)) {
	commands := map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "expand": expand, "freeport": freeport, "eventually": eventually, "listen": listen,
	}
	maps.Copy(commands, more)
	testscript.Run(t, testscript.Params{
		Dir:                 folder,
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE") != "",
		Cmds:                commands,
		Setup: func(e *testscript.Env) error {
			// Programs built with -race otherwise wait a second at their end.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			e.Values[variables{}] = e.Vars
			e.Defer(func() {
				if err := abandon(e.WorkDir); err != nil {
					e.T().Log(err)
				}
			})
			return nil
		},
	})
}

// abandon ends what a session forgot to stop, as one that failed does.
func abandon(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() != ".banyan" {
			return err
		}
		at := place{Place: project.Place{Root: filepath.Dir(path)}}
		for _, one := range at.within() {
			left := place{Place: one}
			if _, held, err := left.sweep(); err != nil || !held {
				continue
			}
			if err := left.force(context.Background()); err != nil {
				return err
			}
		}
		return filepath.SkipDir
	})
}

// exits runs a program that must end with the code: exits 3 banyan ps.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits code program args…")
	}
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code, err = ended.ExitCode(), nil
	}
	ts.Check(err)
	if code != want {
		ts.Fatalf("%v ended with %d, not %d\n%s%s", args[1:], code, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// eventually runs a program until what it prints matches, or with ! does not: eventually 'ready' banyan ps.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	want := regexp.MustCompile("(?m)" + args[0])
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	var out []byte
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-tick.C {
		command := exec.Command(args[1], args[2:]...)
		command.Dir, command.Env = ts.MkAbs("."), ts.Value(variables{}).([]string)
		out, _ = command.CombinedOutput() // what it prints decides
		if want.Match(out) != neg {
			_, err := ts.Stdout().Write(out)
			ts.Check(err)
			return
		}
	}
	ts.Fatalf("%v never printed %s; at last\n%s", args[1:], args[0], out)
}

// variables is the key of a session's first environment.
type variables struct{}

// expand replaces $NAME in files by the script's variables.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		path := ts.MkAbs(name)
		ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(name), ts.Getenv)), 0o600))
	}
}

// freeport sets variables to ports at which nothing listens.
func freeport(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		_, port, err := net.SplitHostPort(l.Addr().String())
		ts.Check(err)
		ts.Setenv(name, port)
		ts.Check(l.Close())
	}
}

// listen holds a port of the test's own until the session ends: listen NAME.
func listen(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
}
