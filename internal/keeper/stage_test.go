//go:build linux || darwin

package keeper

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// stage is one spawned keeper with the desk as its control process.
type stage struct {
	t       *testing.T
	dir     string
	process *Process
	http    *http.Client
}

const testRun = "run-of-the-test"

func spawnOptions(dir string, control ...string) SpawnOptions {
	if len(control) == 0 {
		control = []string{"role:control", dir}
	}
	return SpawnOptions{
		Executable: os.Args[0], Args: append([]string{"role:keeper", dir, filepath.Base(filepath.Dir(dir)) + testRun}, control...),
		Env: os.Environ(), Log: filepath.Join(dir, "keeper.log"),
	}
}

// shortDir is short enough for a socket's path, which macOS bounds at 104 bytes.
func shortDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "keep")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "run")
}

func raise(t *testing.T, change ...func(*SpawnOptions)) *stage {
	s := &stage{t: t, dir: shortDir(t)}
	return s.raise(change...)
}

// raise starts a keeper in the stage's folder; it ends with the test.
func (s *stage) raise(change ...func(*SpawnOptions)) *stage {
	s.t.Helper()
	o := spawnOptions(s.dir)
	for _, f := range change {
		f(&o)
	}
	process, err := Spawn(o)
	if err != nil {
		s.t.Fatal(err, s.log())
	}
	s.process = process
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(s.dir, "desk.sock"))
	}}
	s.http = &http.Client{Transport: transport, Timeout: 20 * time.Second}
	s.t.Cleanup(func() {
		_ = syscall.Kill(process.PID, syscall.SIGTERM)
		select {
		case <-process.Done():
		case <-time.After(20 * time.Second):
			s.t.Error("the keeper does not end", s.log())
			_ = syscall.Kill(process.PID, syscall.SIGKILL)
		}
		_ = process.Release()
	})
	eventually(s.t, "the desk answers", func() bool { return s.try("/state", nil, nil, &deskAnswer{}) == nil })
	return s
}

func (s *stage) log() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "keeper.log"))
	return string(b)
}

// ask has the control process do something; it waits while there is none.
func (s *stage) ask(path string, query url.Values, body any) deskAnswer {
	s.t.Helper()
	var a deskAnswer
	if err := s.try(path, query, body, &a); err != nil {
		s.t.Fatal(path, err, s.log())
	}
	return a
}

func (s *stage) try(path string, query url.Values, body any, a *deskAnswer) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := s.http.Post("http://desk"+path+"?"+query.Encode(), "application/json", bytes.NewReader(b))
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	return json.NewDecoder(answer.Body).Decode(a)
}

func (s *stage) state(key string) deskAnswer {
	s.t.Helper()
	return s.ask("/state", url.Values{"key": {key}}, nil)
}

// start starts a child that must start.
func (s *stage) start(key string, argv ...string) Child {
	s.t.Helper()
	a := s.ask("/start", nil, Spec{Key: key, Argv: argv, Dir: s.dir, Env: append(os.Environ(), markInstance+"="+key), Meta: map[string]string{"port": "7001"}})
	if a.Error != "" {
		s.t.Fatal(a.Error)
	}
	return a.Child
}

func (s *stage) stop(key, grace string) deskAnswer {
	s.t.Helper()
	return s.ask("/stop", url.Values{"key": {key}, "grace": {grace}}, nil)
}

// eventually polls a condition of the real world until it holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(15 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("never: " + what)
		}
	}
}

func lives(pid int) bool {
	_, alive := startOf(pid)
	return alive
}
