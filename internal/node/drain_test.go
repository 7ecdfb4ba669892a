package node

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/supervise"
)

// How long an open request is waited for is tested in supervise and reconcile, in no time.
func TestARestartWaitsForOpenRequests(t *testing.T) {
	s := up(t, strings.Replace(pair, "  back:\n    run: SELF", "  back:\n    run: SELF abrupt", 1))
	s.allRun()
	before := s.processes()["back.1"]
	gateway := s.app().Gateway
	answered := make(chan int, 1)
	go func() {
		request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, gateway+"/back/until/goes-on", nil)
		if err != nil {
			answered <- 0
			return
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			answered <- 0
			return
		}
		_ = answer.Body.Close()
		answered <- answer.StatusCode
	}()
	// A POST is not tried again, so it must be with the instance before that is told to end.
	s.until("the request is open", func(all map[string]api.Service) bool { return all["back"].Instances[0].Last == "waiting" })
	if err := s.client.Restart(t.Context(), "back"); err != nil {
		t.Fatal(err)
	}
	s.until("another one serves, and the first one drains", func(all map[string]api.Service) bool {
		draining, ready := false, false
		for _, i := range all["back"].Instances {
			draining = draining || i.PID == before && i.State == string(supervise.Draining)
			ready = ready || i.PID != before && i.State == string(supervise.Ready)
		}
		return draining && ready
	})
	var seen seenBy
	if s.get("/back/", &seen); seen.PID == before {
		t.Error("what drains is sent new requests")
	}
	if err := os.WriteFile(filepath.Join(s.root, "goes-on"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status := <-answered; status != http.StatusOK {
		t.Errorf("the open request was answered with %d", status)
	}
	s.until("it is gone", func(all map[string]api.Service) bool { return still(all["back"]) })
}

func TestWhoCallsAStoppedServiceIsToldSo(t *testing.T) {
	s := up(t, pair)
	s.allRun()
	if err := s.client.Stop(t.Context(), "back"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/back/", "/front/call/back/x"} {
		status, body := s.send("GET", path, nil)
		if status != http.StatusServiceUnavailable || !strings.Contains(string(body), "back was stopped by the operator; banyan start back starts it") {
			t.Errorf("GET %s: %d %s", path, status, body)
		}
	}
}
