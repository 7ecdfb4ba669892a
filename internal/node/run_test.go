package node

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/problem"
)

const pair = `
banyan: 1
app: pair
gateway:
  listen: LISTEN
  routes:
    - {path: /front/**, to: front, strip: /front}
    - {path: /back/**, to: back, strip: /back}
services:
  front:
    run: SELF
    health: /healthz
    calls: [back]
  back:
    run: SELF
    health: /healthz
    env: {WORD: one}
`

func TestARequestGoesThroughGatewayAndMesh(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	var seen seenBy
	if status := s.get("/front/call/back/hello", &seen); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	if seen.Service != "back" || seen.Path != "/hello" || seen.Header.Get("X-Banyan-Caller") != "front" {
		t.Fatalf("back saw %+v", seen)
	}
	if seen.Header.Get("Traceparent") == "" {
		t.Fatal("the call carries no trace")
	}
	s.until("both hops are one trace", func(map[string]api.Service) bool {
		traces, err := s.client.Traces(t.Context(), api.TraceQuery{Limit: 1})
		return err == nil && len(traces) == 1 && traces[0].Hops == 3 && traces[0].Status == http.StatusOK
	})
}

func TestWhatComesFromOutsideAsBanyansOwnIsRemoved(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	_, body := s.send("GET", "/back/", http.Header{"X-Banyan-Caller": {"operator"}, "X_banyan_claims": {"{}"}})
	var seen seenBy
	if err := json.Unmarshal(body, &seen); err != nil {
		t.Fatalf("%s", body)
	}
	if seen.Header.Get("X-Banyan-Caller") != "gateway" || len(seen.Header["X_banyan_claims"]) > 0 {
		t.Fatalf("back saw %v", seen.Header)
	}
}

func TestAnUndeclaredCallIsRefusedWithItsLine(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	rows := []struct {
		sentence string
		path     string
		header   http.Header
	}{
		{"at another caller's port", "/back/at/" + address(t, s, "front", "BACK_ADDR"), nil},
		{"with a Host that names another service", "/front/call/back/x", http.Header{"X-Host": {"front"}}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			status, body := s.send("GET", row.path, row.header)
			var p problem.Problem
			if err := json.Unmarshal(body, &p); err != nil || status != http.StatusForbidden || p.Code == "" || p.Trace == "" {
				t.Fatalf("%d %s", status, body)
			}
		})
	}
}

// address is the value of a variable that a service is started with.
func address(t *testing.T, s *stage, service, name string) string {
	t.Helper()
	list, err := s.client.Environment(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if v.Name == name {
			return v.Value
		}
	}
	t.Fatalf("%s has no %s", service, name)
	return ""
}

func TestServicesLiveOnWhenTheControlProcessIsKilled(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	before, after := s.app(), api.App{}
	var first, second seenBy
	s.get("/back/", &first)
	if err := signalTo(before.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// A connection that comes meanwhile waits with the keeper.
	answer, err := http.Get(before.Gateway + "/back/")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&second); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", answer.StatusCode, err)
	}
	s.until("a new control process answers", func(map[string]api.Service) bool {
		after = s.app()
		return after.PID != before.PID
	})
	if first.PID != second.PID || after.Run != before.Run || after.Gateway != before.Gateway || after.Dashboard != before.Dashboard {
		t.Fatalf("%+v\n%+v\n%+v\n%+v", first, second, before, after)
	}
}

func TestNothingLivesOnWhenTheKeeperIsKilled(t *testing.T) {
	s := up(t, strings.Replace(pair, "run: SELF", "run: SELF fork", 1))
	s.allRun()
	if err := signalTo(s.keeper.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for left := marked(t, s.run); len(left) > 0; left = marked(t, s.run) {
		if time.Now().After(deadline) {
			t.Fatalf("%v live on\n%s", left, s.log())
		}
		<-time.After(10 * time.Millisecond)
	}
	s.spawn()
	s.allRun()
	if status := s.get("/back/", nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
}

// marked are the processes that carry the mark of a run.
func marked(t *testing.T, run string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil || len(all) == 0 {
		t.Skip("this system tells no environments of processes")
	}
	var left []string
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err == nil && strings.Contains(string(text), "BANYAN_RUN="+run+"\x00") {
			left = append(left, name)
		}
	}
	return left
}

func TestAReloadFailsNoRequest(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	type result struct {
		count int
		wrong []string
	}
	stop, done := make(chan struct{}), make(chan result, 1)
	url := s.app().Gateway + "/front/call/back/hello"
	go func() {
		count, wrong := load(url, stop)
		done <- result{count, wrong}
	}()
	var before, after seenBy
	s.get("/front/", &before)
	s.edit("WORD: one", "WORD: two")
	s.until("back runs with the new value", func(all map[string]api.Service) bool {
		return s.get("/back/", &after) == http.StatusOK && after.Word == "two" && len(all["back"].Instances) == 1
	})
	close(stop)
	r := <-done
	if len(r.wrong) > 0 || r.count == 0 {
		t.Fatalf("of %d requests went wrong: %v", r.count, r.wrong)
	}
	s.get("/front/", &after)
	if before.PID != after.PID {
		t.Fatal("front was restarted, and nothing of it had changed")
	}
}

func TestAFileThatDoesNotValidateChangesNothing(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	var before, after seenBy
	s.get("/back/", &before)
	s.edit("calls: [back]", "calls: [bakc]")
	s.until("the refusal is told", func(map[string]api.Service) bool { return s.app().Refused != "" })
	if refused := s.app().Refused; !strings.Contains(refused, `"bakc"`) || !strings.Contains(refused, `"back"`) {
		t.Fatalf("refused: %s", refused)
	}
	if s.get("/back/", &after); before.PID != after.PID {
		t.Fatal("back was restarted")
	}
	s.edit("calls: [bakc]", "calls: [back]")
	s.until("the refusal is gone", func(map[string]api.Service) bool { return s.app().Refused == "" })
}

func TestAServiceThatIsStartingIsWaitedFor(t *testing.T) {
	s := up(t, strings.Replace(pair, "run: SELF\n    health: /healthz\n    env", "run: SELF late=500ms\n    health: /healthz\n    env", 1))
	s.until("front runs", func(all map[string]api.Service) bool { return all["front"].Phase == api.Running })
	if status := s.get("/front/call/back/hello", nil); status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
}
