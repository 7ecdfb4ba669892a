package node

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

// another is the same program under another name, and so of another version.
func another(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// succeed has a program take over and returns the application as that one tells it.
func (s *stage) succeed(program string) api.App {
	s.t.Helper()
	before := s.app()
	if err := s.client.Succeed(s.t.Context(), program); err != nil {
		s.t.Fatal(err)
	}
	var after api.App
	s.until("another control process answers", func(map[string]api.Service) bool {
		var err error
		after, err = s.client.App(s.t.Context())
		return err == nil && after.PID != before.PID
	})
	return after
}

// talk is an open conversation through the gateway.
func (s *stage) talk(path string) (say func(string) string, hangUp func()) {
	s.t.Helper()
	address := strings.TrimPrefix(s.app().Gateway, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n", path, address)
	for line := ""; line != "\r\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			s.t.Fatal(err)
		}
	}
	return func(word string) string {
		fmt.Fprintln(conn, word)
		heard, err := in.ReadString('\n')
		if err != nil {
			s.t.Fatalf("the conversation broke off: %v", err)
		}
		return strings.TrimSpace(heard)
	}, func() { _ = conn.Close() }
}

// Forth to another version and back, under load: services go on running, no request fails, what is open stays open until it has ended,
// and its record is kept by whoever keeps then.
func TestAnotherVersionTakesOverAndHandsBack(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	pids, first := s.processes(), s.app()
	say, hangUp := s.talk("/front/echo")
	defer hangUp()
	stop, open := make(chan struct{}), make(chan string, 1)
	var all sync.WaitGroup
	for _, path := range []string{"/front/x", "/front/call/back/x", "/back/x"} {
		all.Go(func() {
			if n, wrong := load(first.Gateway+path, stop); len(wrong) > 0 || n == 0 {
				t.Errorf("%d of %d requests for %s failed: %v", len(wrong), n, path, wrong)
			}
		})
	}
	go func() {
		answer, err := http.Get(first.Gateway + "/front/until/ended")
		if err != nil {
			open <- err.Error()
			return
		}
		defer answer.Body.Close()
		_, err = io.Copy(io.Discard, answer.Body)
		open <- fmt.Sprint(answer.StatusCode, err)
	}()
	s.until("a request is open", func(map[string]api.Service) bool { return s.heard("waiting") })
	next := s.succeed(another(t, "banyan-next"))
	if next.Version != "banyan-next" || next.Run != first.Run || next.Keeper != first.Keeper || !next.Started.Equal(first.Started) {
		t.Errorf("it is %+v", next)
	}
	if heard := say("one"); heard != "one" {
		t.Errorf("heard %q", heard)
	}
	back := s.succeed(first.Executable)
	if back.Version != first.Version {
		t.Errorf("it is %+v", back)
	}
	if heard := say("two"); heard != "two" {
		t.Errorf("heard %q", heard)
	}
	close(stop)
	all.Wait()
	if err := os.WriteFile(filepath.Join(s.root, "ended"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := <-open; got != "200 <nil>" {
		t.Errorf("the open request: %s", got)
	}
	hangUp()
	s.until("the former control process has ended, and the record of what it answered last is kept", func(map[string]api.Service) bool {
		traces, err := s.client.Traces(t.Context(), api.TraceQuery{Limit: 1000, Slower: 100 * time.Millisecond})
		return err == nil && gone(first.PID) && holds(traces, "/front/until/ended")
	})
	if after := s.processes(); fmt.Sprint(after) != fmt.Sprint(pids) {
		t.Errorf("%v, then %v", pids, after)
	}
}

func holds(traces []api.TraceSummary, path string) bool {
	for _, one := range traces {
		if strings.Contains(one.Name, path) {
			return true
		}
	}
	return false
}

// heard tells whether a service wrote a line.
func (s *stage) heard(text string) bool {
	lines, err := s.client.Lines(s.t.Context(), api.LineQuery{})
	if err != nil {
		return false
	}
	for _, l := range lines {
		if strings.Contains(l.Text, text) {
			return true
		}
	}
	return false
}

func TestASuccessorThatDoesNotComeUpGivesWay(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	pids, first := s.processes(), s.app()
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 7\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	after := s.succeed(broken)
	if after.Executable != first.Executable || after.Run != first.Run {
		t.Errorf("it is %+v", after)
	}
	s.allRun()
	if now := s.processes(); fmt.Sprint(now) != fmt.Sprint(pids) {
		t.Errorf("%v, then %v", pids, now)
	}
	// The next death is answered by the program that works.
	s.takeOver()
	if again := s.app(); again.Executable != first.Executable {
		t.Errorf("it is %+v", again)
	}
}

func TestAWrongSuccessorIsRefused(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	first := s.app()
	plain := filepath.Join(s.root, "banyan.yaml")
	for _, program := range []string{"", "banyan", "/nowhere/banyan", s.root, plain} {
		if err := s.client.Succeed(t.Context(), program); err == nil || !strings.Contains(err.Error(), "no absolute path of a program") {
			t.Errorf("%q: %v", program, err)
		}
	}
	if s.app().PID != first.PID {
		t.Error("something took over")
	}
	// A token is not enough to say which program runs.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, first.API+"/v1/succeed", strings.NewReader(`{"executable":"/bin/true"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+first.Dashboard[strings.Index(first.Dashboard, "token=")+len("token="):])
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("it answers %d", answer.StatusCode)
	}
}

func TestADownEndsWhatAFormerControlProcessStillAnswers(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	first := s.app()
	_, hangUp := s.talk("/front/echo")
	defer hangUp()
	next := s.succeed(another(t, "banyan-next"))
	if err := signalTo(first.PID, syscall.Signal(0)); err != nil {
		t.Fatalf("it ended while something was open: %v", err)
	}
	if err := s.client.Down(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.ends()
	if !gone(first.PID) || !gone(next.PID) {
		t.Error("a control process lives on")
	}
}
