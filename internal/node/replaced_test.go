//go:build unix

package node

import (
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

const shelf = `openapi: 3.1.0
paths:
  /books/{id}:
    get: {responses: {"200": {description: one, content: {application/json: {example: {title: Dune}}}}}}
`

const replaceable = `banyan: 1
app: pair
gateway:
  listen: LISTEN
  routes: [{path: /front/**, to: front, strip: /front}, {path: /back/**, to: back, strip: /back}]
services:
  back: {run: SELF, health: /healthz, calls: [front], env: {WORD: "it's", API_KEY: hunter2hunter2}, contract: shelf.yaml}
  front: {run: SELF, health: /healthz, calls: [back]}
`

// overriding starts an application with overrides.
func overriding(t *testing.T, text string, overrides ...string) *stage {
	t.Helper()
	t.Setenv(asOverrides, strings.Join(overrides, " "))
	return up(t, text, beside{"shelf.yaml", shelf})
}

// editor is a process that a test runs itself.
type editor struct {
	*exec.Cmd
	port int
}

// begin starts the service as somebody in an editor would: with the environment that is exported.
func (s *stage) begin(service string, port int) *editor {
	s.t.Helper()
	exported, err := s.client.Export(s.t.Context(), service, api.Export{Port: port})
	if err != nil {
		s.t.Fatal(err)
	}
	command := exec.Command(os.Args[0], asService)
	command.Env = []string{"GORACE=" + os.Getenv("GORACE")}
	for _, v := range exported.Variables {
		command.Env = append(command.Env, v.Name+"="+v.Value)
	}
	if err := command.Start(); err != nil {
		s.t.Fatal(err)
	}
	e := &editor{command, port}
	s.t.Cleanup(e.kill)
	return e
}

func (e *editor) kill() {
	_ = e.Process.Kill()
	_ = e.Wait()
}

func freePort(t *testing.T) int {
	t.Helper()
	_, text, err := net.SplitHostPort(freeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	port, _ := strconv.Atoi(text)
	return port
}

func (s *stage) attach(service string, wish api.Attachment) {
	s.t.Helper()
	if _, err := s.client.Attach(s.t.Context(), service, wish); err != nil {
		s.t.Fatal(err)
	}
}

// guest waits until the attached process of back is in a state.
func (s *stage) guest(state string) {
	s.t.Helper()
	s.until("back.attached is "+state, func(all map[string]api.Service) bool {
		for _, i := range all["back"].Instances {
			if i.ID == "back.attached" && i.State == state {
				return true
			}
		}
		return false
	})
}

func (s *stage) asked(path string, header http.Header) seenBy {
	s.t.Helper()
	var seen seenBy
	status, body := s.send("GET", path, header)
	if err := json.Unmarshal(body, &seen); err != nil {
		s.t.Fatalf("GET %s answered %d: %s", path, status, body)
	}
	return seen
}

func TestAttachAndDetachUnderLoadFailNoRequest(t *testing.T) {
	s := overriding(t, replaceable)
	s.allRun()
	port, stop := freePort(t), make(chan struct{})
	type outcome struct {
		count int
		wrong []string
	}
	outcomes := make(chan outcome, 2)
	gateway := s.app().Gateway
	for _, path := range []string{"/back/x", "/front/call/back/y"} {
		go func() {
			count, wrong := load(gateway+path, stop)
			outcomes <- outcome{count, wrong}
		}()
	}
	s.attach("back", api.Attachment{Port: port})
	e := s.begin("back", port)
	s.guest("ready")
	if seen := s.asked("/front/call/back/z", nil); seen.Instance != "back.attached" || seen.Header.Get("X-Banyan-Caller") != "front" || seen.Word != "it's" {
		t.Errorf("the process sees %+v", seen)
	}
	if seen := s.asked("/back/call/front/z", nil); seen.Header.Get("X-Banyan-Caller") != "back" {
		t.Errorf("a call of the process is of %q", seen.Header.Get("X-Banyan-Caller"))
	}
	e.kill() // the editor stops it in the middle of requests: those that it had may break, so the load is of GETs
	s.guest("starting")
	if seen := s.asked("/back/x", nil); seen.Instance != "back.1" {
		t.Errorf("when it is gone %s answers", seen.Instance)
	}
	s.begin("back", port)
	s.guest("ready")
	if _, err := s.client.Detach(t.Context(), "back"); err != nil {
		t.Fatal(err)
	}
	if seen := s.asked("/back/x", nil); seen.Instance != "back.1" {
		t.Errorf("given back, and %s answers", seen.Instance)
	}
	close(stop)
	for range 2 {
		if o := <-outcomes; len(o.wrong) > 0 || o.count == 0 {
			t.Errorf("%d of %d went wrong: %q", len(o.wrong), o.count, o.wrong[:min(len(o.wrong), 3)])
		}
	}
}

func TestABreakpointDetachesNothing(t *testing.T) {
	s := overriding(t, strings.ReplaceAll(replaceable, "health: /healthz", "health: {path: /healthz, interval: 50ms, timeout: 40ms, threshold: 1}"))
	s.allRun()
	port := freePort(t)
	s.attach("back", api.Attachment{Port: port})
	e := s.begin("back", port)
	s.guest("ready")
	if err := e.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	answered := make(chan seenBy, 1)
	go func() { answered <- s.asked("/back/x", nil) }()
	<-time.After(1500 * time.Millisecond) // some probes go by: what is looked for is that nothing happens
	s.guest("ready")
	if err := e.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if seen := <-answered; seen.Instance != "back.attached" {
		t.Errorf("%s answered", seen.Instance)
	}
}

func TestOnlyRequestsWithTheHeaderAndAfterADeath(t *testing.T) {
	s := overriding(t, replaceable)
	s.allRun()
	port := freePort(t)
	s.attach("back", api.Attachment{Port: port, Header: "X-Dev: me"})
	s.begin("back", port)
	s.guest("ready")
	both := func(when string) {
		t.Helper()
		if seen := s.asked("/back/x", http.Header{"X-Dev": {"me"}}); seen.Instance != "back.attached" {
			t.Errorf("%s: %s answers who carries it", when, seen.Instance)
		}
		if seen := s.asked("/back/x", http.Header{"X-Dev": {"you"}}); seen.Instance == "back.attached" {
			t.Errorf("%s: %s answers the others", when, seen.Instance)
		}
	}
	both("attached")
	pid := s.app().PID
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	s.until("another control process answers", func(map[string]api.Service) bool { return s.app().PID != pid })
	s.guest("ready")
	both("after the control process was killed")
	s.edit("WORD: ", "MORE: a, WORD: ")
	s.until("the file was reloaded", func(all map[string]api.Service) bool {
		return strings.HasPrefix(all["back"].Release, "2-") && all["back"].Phase == api.Running
	})
	s.guest("ready")
	both("after a reload")
}

func TestAMockAnswersAndAFileWithoutItsContractIsRefused(t *testing.T) {
	s := overriding(t, replaceable, "back=mock")
	s.until("front runs", func(all map[string]api.Service) bool {
		return all["front"].Phase == api.Running && all["front"].Ready == 1
	})
	status, body := s.send("GET", "/front/call/back/books/7", nil)
	if status != 200 || string(body) != "{\"title\":\"Dune\"}\n" {
		t.Fatalf("%d %s", status, body)
	}
	if err := s.client.Start(t.Context(), "back"); err == nil || !strings.Contains(err.Error(), "overridden by mock") {
		t.Errorf("what is mocked can be started: %v", err)
	}
	s.edit(", contract: shelf.yaml", "")
	s.until("it is refused", func(map[string]api.Service) bool {
		return strings.Contains(s.app().Refused, "back is mocked and has no contract")
	})
	s.edit("hunter2hunter2}", "hunter2hunter2}, contract: shelf.yaml")
	if err := os.WriteFile(s.root+"/shelf.yaml", []byte(strings.Replace(shelf, "Dune", "Emma", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for !strings.Contains(string(body), "Emma") && time.Now().Before(deadline) {
		_, body = s.send("GET", "/back/books/7", nil)
	}
	if !strings.Contains(string(body), "Emma") {
		t.Errorf("a changed contract is not answered from: %s", body)
	}
}

func TestCallsWaitForAProcessThatIsStillToCome(t *testing.T) {
	port := freePort(t)
	s := overriding(t, replaceable, "back=local:"+strconv.Itoa(port))
	s.until("front runs", func(all map[string]api.Service) bool {
		return all["front"].Phase == api.Running && all["front"].Ready == 1
	})
	answered := make(chan seenBy, 1)
	go func() { answered <- s.asked("/front/call/back/x", nil) }()
	s.begin("back", port)
	if seen := <-answered; seen.Instance != "back.attached" || seen.Header.Get("X-Banyan-Caller") != "front" {
		t.Errorf("it is %+v", seen)
	}
	if _, err := s.client.Detach(t.Context(), "back"); err != nil {
		t.Fatal(err)
	}
	if seen := s.asked("/back/x", nil); seen.Instance != "back.1" {
		t.Errorf("given back, %s answers", seen.Instance)
	}
}

func TestWhatCannotBeAttachedIsRefused(t *testing.T) {
	s := overriding(t, replaceable)
	s.allRun()
	_, text, _ := net.SplitHostPort(strings.TrimPrefix(s.app().Gateway, "http://"))
	gateway, _ := strconv.Atoi(text)
	var own int
	s.until("an instance has a port", func(all map[string]api.Service) bool {
		_, text, err := net.SplitHostPort(all["back"].Instances[0].Address)
		own, _ = strconv.Atoi(text)
		return err == nil
	})
	for _, row := range []struct {
		says, service, want string
		wish                api.Attachment
	}{
		{"no such service", "bakc", `did you mean "back"?`, api.Attachment{Port: 1}},
		{"no port", "back", "0 is no port", api.Attachment{}},
		{"the gateway's port", "back", "in a circle", api.Attachment{Port: gateway}},
		{"an instance's port", "back", "is that of back.1", api.Attachment{Port: own}},
		{"a field that is removed", "back", "does not reach a service", api.Attachment{Port: 1, Header: "X_Banyan_Caller: me"}},
		{"a field of the connection", "back", "does not reach a service", api.Attachment{Port: 1, Header: "Host: me"}},
		{"no field", "back", "is no header field", api.Attachment{Port: 1, Header: "X Dev: me"}},
	} {
		if _, err := s.client.Attach(t.Context(), row.service, row.wish); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.says, err)
		}
	}
	if _, err := s.client.Detach(t.Context(), "back"); err == nil || !strings.Contains(err.Error(), "Nothing is attached to back") {
		t.Errorf("%v", err)
	}
}

func TestTheExportHasSecretsAndNoMarkOfTheRun(t *testing.T) {
	s := overriding(t, replaceable)
	s.allRun()
	exported, err := s.client.Export(t.Context(), "back", api.Export{Port: 8081})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, v := range exported.Variables {
		all[v.Name] = v.Value
	}
	if all["API_KEY"] != "hunter2hunter2" || all["PORT"] != "8081" || all["FRONT_URL"] == "" || all["BANYAN_INSTANCE"] != "back.attached" {
		t.Errorf("it is %v", all)
	}
	for _, name := range []string{"BANYAN_RUN", "PATH"} {
		if _, there := all[name]; there {
			t.Errorf("%s is exported", name)
		}
	}
	command, err := s.client.Export(t.Context(), "back", api.Export{Command: true})
	if err != nil {
		t.Fatal(err)
	}
	beside := map[string]string{}
	for _, v := range command.Variables {
		beside[v.Name] = v.Value
	}
	for name, there := range map[string]bool{"API_KEY": true, "FRONT_URL": true, "PATH": true, "PORT": false, "BANYAN_RUN": false, "BANYAN_INSTANCE": false} {
		if _, is := beside[name]; is != there {
			t.Errorf("a command beside the service is given %s: %v", name, is)
		}
	}
	deeds, err := s.client.Journal(t.Context(), 0)
	if err != nil || deeds[len(deeds)-1].Kind != "export" {
		t.Errorf("nobody can see that it was shown: %v %v", deeds, err)
	}
}
