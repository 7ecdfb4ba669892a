package node

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/supervise"
)

func TestWhatBanyanItselfCostsIsTold(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("this system tells less of a process")
	}
	s := up(t, pair)
	s.allRun()
	app := s.app()
	if len(app.Cost) != 2 {
		t.Fatalf("it costs %+v", app.Cost)
	}
	for i, pid := range []int{app.PID, app.Keeper} {
		if c := app.Cost[i]; c.PID != pid || c.Memory < 1<<20 || c.Descriptors < 5 || c.Goroutines < 3 {
			t.Errorf("it costs %+v", c)
		}
	}
	page := metricsOf(t, app)
	for _, line := range []string{
		"process_cpu_seconds_total{process=\"control\"}", "process_anonymous_memory_bytes{process=\"keeper\"}",
		"process_open_fds{process=\"keeper\"}", "go_goroutines{process=\"keeper\"}",
	} {
		if !strings.Contains(page, "\n"+line+" ") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

func metricsOf(t *testing.T, app api.App) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, app.API+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(app.Dashboard, "#token=")
	request.Header.Set("Authorization", "Bearer "+token)
	transport := &http.Transport{DisableKeepAlives: true}
	answer, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Who waits for what a debugger holds must not be hurried either.
func TestNobodyOnTheWayToADebuggerIsHurried(t *testing.T) {
	call := func(to ...string) (all []*graph.Call) {
		for _, name := range to {
			all = append(all, &graph.Call{To: name})
		}
		return all
	}
	app := &graph.App{Services: []*graph.Service{
		{Name: "front", Calls: call("orders")}, {Name: "orders", Calls: call("payments", "catalog")},
		{Name: "payments", Calls: call("orders")}, {Name: "catalog"}, {Name: "mail", Calls: call("catalog")},
	}}
	var h held
	if h.holds("orders") {
		t.Error("nobody is debugged, and orders is held")
	}
	h.observe(app, []reconcile.Service{{Name: "payments", Instances: []supervise.Status{{Debug: &debugger.Session{}}}}, {Name: "catalog"}})
	for name, want := range map[string]bool{"payments": true, "orders": true, "front": true, "catalog": false, "mail": false} {
		if h.holds(name) != want {
			t.Errorf("%s is held: %v", name, !want)
		}
	}
	h.observe(app, []reconcile.Service{{Name: "payments"}})
	if h.holds("payments") {
		t.Error("it is held once nobody is debugged")
	}
}
