package node

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
)

func one(run string) string {
	return strings.ReplaceAll(`
banyan: 1
app: one
gateway:
  listen: LISTEN
  routes:
    - {path: /**, to: only}
services:
  only:
    run: RUN
    health: {path: /healthz, interval: 200ms, within: 1s}
    grace: 500ms
  other:
    run: SELF
    health: /healthz
`, "RUN", run)
}

// problemOf waits for what is said of a service that fails.
func (s *stage) problemOf(name string, code diag.Code) api.Problem {
	s.t.Helper()
	var found api.Problem
	s.until(name+" tells "+string(code), func(all map[string]api.Service) bool {
		if p := all[name].Problem; p != nil && p.Code == string(code) {
			found = *p
			return true
		}
		return false
	})
	return found
}

// elsewhere is what is said of a service on another port: only Linux shows whose a socket is.
func elsewhere() string {
	if runtime.GOOS == "linux" {
		return ", not on $PORT ("
	}
	return ""
}

func TestWhatFailsTellsItsCauseAndStopsNothingElse(t *testing.T) {
	rows := []struct {
		sentence string
		run      string
		code     diag.Code
		likely   string
	}{
		{"a program that does not exist", "bin/missing", diag.ProgramMissing, ""},
		{"one that ends at once", "SELF exit=3", diag.ExitedEarly, "LEDGER"},
		{"one that keeps ending", "SELF exit=3", diag.CrashLoop, "LEDGER"},
		{"one that never gets healthy", "SELF unhealthy", diag.NotReady, ""},
		{"one that listens elsewhere", "SELF elsewhere", diag.NotReady, elsewhere()},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			t.Parallel()
			s := up(t, one(row.run))
			p := s.problemOf("only", row.code)
			if !strings.Contains(p.Where, "banyan.yaml:") || !strings.Contains(p.Likely, row.likely) {
				t.Fatalf("%+v", p)
			}
			s.until("other runs", func(all map[string]api.Service) bool { return all["other"].Phase == api.Running })
		})
	}
}

func TestABuildThatFailsTellsItsLastLines(t *testing.T) {
	s := up(t, strings.Replace(one("SELF"), "    run: SELF\n", "    build: sh -c \"echo undefined-name >&2; exit 2\"\n    run: SELF\n", 1))
	p := s.problemOf("only", diag.BuildFailed)
	if !strings.Contains(strings.Join(p.Lines, "\n"), "undefined-name") || !strings.Contains(p.Where, "banyan.yaml:") {
		t.Fatalf("%+v", p)
	}
}

func TestAServiceThatDiesUnderLoadIsStartedAgain(t *testing.T) {
	s := up(t, strings.Replace(one("SELF"), "    grace: 500ms\n", "    grace: 500ms\n    replicas: 2\n", 1))
	s.allRun()
	url, stop := s.app().Gateway+"/", make(chan struct{})
	done := make(chan []string, 1)
	go func() { _, wrong := load(url, stop); done <- wrong }()
	if status, body := s.send("POST", "/exit/7", nil); status != http.StatusBadGateway {
		t.Fatalf("%d %s", status, body)
	}
	s.until("it was started again", func(all map[string]api.Service) bool {
		restarts := 0
		for _, i := range all["only"].Instances {
			restarts += i.Restarts
		}
		return restarts > 0 && all["only"].Ready == 2
	})
	close(stop)
	if wrong := <-done; len(wrong) > 0 {
		t.Fatalf("the other instance was there, and yet: %v", wrong)
	}
}

func TestAServiceThatIgnoresSIGTERMIsKilledAfterItsGrace(t *testing.T) {
	s := up(t, one("SELF ignore-term"))
	s.allRun()
	if err := s.client.Stop(t.Context(), "only"); err != nil {
		t.Fatal(err)
	}
	s.until("it is stopped", func(all map[string]api.Service) bool { return all["only"].Phase == api.Stopped })
	if d, told := s.deed(journal.Stop, diag.StopForced); !told || !strings.Contains(d.Why, "500ms") {
		t.Fatalf("%+v", d)
	}
}

// deed finds the newest entry of a kind and code.
func (s *stage) deed(kind journal.Kind, code diag.Code) (api.Deed, bool) {
	s.t.Helper()
	deeds, err := s.client.Journal(s.t.Context(), 200)
	if err != nil {
		s.t.Fatal(err)
	}
	for i := len(deeds) - 1; i >= 0; i-- {
		if deeds[i].Kind == string(kind) && deeds[i].Code == string(code) {
			return deeds[i], true
		}
	}
	return api.Deed{}, false
}

func TestWhatAServiceForkedEndsWithIt(t *testing.T) {
	s := up(t, one("SELF fork"))
	s.allRun()
	if len(marked(t, s.run)) < 3 {
		t.Fatal("the fork is not there")
	}
	if err := s.client.Down(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-s.keeper.Done()
	if left := marked(t, s.run); len(left) > 0 {
		t.Fatalf("%v live on", left)
	}
}

func TestACycleOfCallsStarts(t *testing.T) {
	s := up(t, `
banyan: 1
app: ring
gateway:
  listen: LISTEN
  routes: [{path: /**, to: a}]
services:
  a: {run: SELF, health: /healthz, calls: [b]}
  b: {run: SELF late=200ms, health: /healthz, calls: [a]}
`)
	s.allRun()
	if status := s.get("/call/b/call/a/hello", nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
}

func TestATakenGatewayPortIsToldWithItsOwnerAndTakenWhenFree(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := up(t, strings.Replace(one("SELF"), "LISTEN", l.Addr().String(), 1))
	s.until("the services run", func(all map[string]api.Service) bool { return all["only"].Phase == api.Running })
	problems := s.app().Problems
	if len(problems) != 1 || problems[0].Code != string(diag.PortTaken) || !strings.Contains(problems[0].Where, "banyan.yaml:5") ||
		!strings.Contains(problems[0].Likely, "node.test") {
		t.Fatalf("%+v", problems)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s.until("the gateway listens", func(map[string]api.Service) bool { return s.app().Gateway != "" })
	if status := s.get("/", nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
}

func TestAStateFolderOfAnotherVersionIsRefused(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(stateFolder(root), "run"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(stateFolder(root), "version"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := openState(copyOf(root)); err == nil || !strings.Contains(err.Error(), "version 99") {
		t.Fatalf("%v", err)
	}
}
