package supervise

import (
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

func TestDrainIsTheLongestTimeoutThatTheGraphGives(t *testing.T) {
	to := func(name string, timeout time.Duration) *graph.Route {
		return &graph.Route{Timeout: timeout, Targets: []graph.Target{{To: name}}}
	}
	calls := func(timeout time.Duration) []*graph.Service {
		return []*graph.Service{{Name: "orders"}, {Name: "shop", Calls: []*graph.Call{{To: "orders", Timeout: timeout}}}}
	}
	for _, row := range []struct {
		says string
		app  graph.App
		want time.Duration
	}{
		{"streams have no timeout, and some time all the same", graph.App{}, 30 * time.Second},
		{"a route's", graph.App{Edge: graph.Edge{Routes: []*graph.Route{to("orders", 2*time.Minute), to("orders", time.Second)}}}, 2 * time.Minute},
		{"the gateway's, where the route has none", graph.App{Edge: graph.Edge{Timeout: time.Minute, Routes: []*graph.Route{to("orders", 0)}}}, time.Minute},
		{"that of a route to another service is none", graph.App{Edge: graph.Edge{Routes: []*graph.Route{to("carts", time.Hour)}}}, 30 * time.Second},
		{"a call's", graph.App{Services: calls(3 * time.Minute)}, 3 * time.Minute},
		{"a short call's is no reason to cut a stream", graph.App{Services: calls(time.Second)}, 30 * time.Second},
	} {
		if got := Drain(&row.app, "orders"); got != row.want {
			t.Errorf("%s: %s, want %s", row.says, got, row.want)
		}
	}
}

func TestARequestThatTakesLongIsAnswered(t *testing.T) {
	for _, row := range []struct {
		says  string
		takes time.Duration
		want  bool
	}{
		{"as long as the graph lets a request take", 29 * time.Second, true},
		{"a stream that never ends is cut", time.Hour, false},
	} {
		t.Run(row.says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.keep(orders())
				s.settle(time.Second)
				s.deeds.slow(row.takes)
				s.End("orders.1", Ending{Why: "restarted"})
				s.settle(28 * time.Second)
				if got := s.deeds.take(); slices.Contains(got, "stop orders.1 within 2s") {
					t.Fatalf("it was stopped: %q", got)
				}
				s.settle(3 * time.Second)
				got := s.deeds.take()
				if slices.Contains(got, "drained orders.1") != row.want || !slices.Contains(got, "stop orders.1 within 2s") {
					t.Errorf("it did %q", got)
				}
			})
		})
	}
}

func TestASecondEndingShortensTheDrain(t *testing.T) {
	for says, pause := range map[string]time.Duration{"while it drains": time.Second, "before it heard of the first": 0} {
		t.Run(says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.keep(orders())
				s.settle(time.Second)
				s.deeds.slow(time.Hour)
				s.End("orders.1", Ending{Why: "restarted"})
				if pause > 0 {
					s.settle(pause)
				}
				s.End("orders.1", Ending{Why: "everything stops", Drain: 5 * time.Second})
				s.settle(4900 * time.Millisecond)
				s.state("orders.1", Draining, "draining")
				s.End("orders.1", Ending{Why: "a longer one changes nothing", Drain: time.Hour})
				s.settle(300 * time.Millisecond)
				if all, _ := s.Observe(); len(all) != 0 {
					t.Errorf("it is there still: %v", all)
				}
			})
		})
	}
}
