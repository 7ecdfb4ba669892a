package reconcile

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/supervise"
)

// slow has a route that gives requests to a so long.
func slow(app *graph.App, timeout time.Duration) *graph.App {
	next := *app
	next.Edge.Routes = []*graph.Route{{Name: "a", Path: "/**", Timeout: timeout, Targets: []graph.Target{{To: "a", Weight: 1}}}}
	return &next
}

// Requests of the graph before may be open: they had its timeouts.
func TestWhatIsReplacedMayAnswerWhatItWasSent(t *testing.T) {
	const most, least = 2 * time.Minute, 30 * time.Second
	app := slow(appOf("a", "b>a"), most)
	changed := func(app *graph.App) *graph.App {
		return edited(app, "a", func(a *graph.Service) { a.Env = []graph.Variable{{Name: "X", Value: "1"}} })
	}
	for _, row := range []struct {
		says string
		do   func(s *stage) error
		want time.Duration
	}{
		{"a restart", func(s *stage) error { return s.Restart([]string{"a"}) }, most},
		{"a stop", func(s *stage) error { return s.Stop([]string{"a"}) }, most},
		{"a scale to nothing", func(s *stage) error { return s.Scale("a", 0) }, most},
		{"another service has its own", func(s *stage) error { return s.Stop([]string{"b"}) }, least},
		{"changed sources", func(s *stage) error {
			s.builder.edit("/shop/a", "changed")
			s.Touched("a", []string{"main.go"})
			return nil
		}, most},
		{"a reload", func(s *stage) error { s.Apply(changed(app), ""); return nil }, most},
		{"a reload that shortens the timeout", func(s *stage) error { s.Apply(slow(changed(app), time.Second), ""); return nil }, most},
		{"a reload that lengthens it", func(s *stage) error { s.Apply(slow(changed(app), 2*most), ""); return nil }, 2 * most},
		{"a service that is gone from the file", func(s *stage) error { s.Apply(without(app, "a"), ""); return nil }, most},
		{"down waits less", func(s *stage) error { return s.Leave() }, 5 * time.Second},
	} {
		t.Run(row.says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.begin(app)
				s.settle(time.Second)
				if err := row.do(s); err != nil {
					t.Fatal(err)
				}
				s.settle(5 * time.Second)
				endings := s.instances.endings()
				if len(endings) == 0 {
					t.Fatal("nothing ended")
				}
				for _, e := range endings {
					if e.ID != "b.1" && e.Drain != row.want || e.ID == "b.1" && e.Drain != min(row.want, least) {
						t.Errorf("%s drains for %s", e.ID, e.Drain)
					}
				}
			})
		})
	}
}

func TestADownHurriesWhatDrainsAlready(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a", "b>a"))
		s.settle(time.Second)
		s.instances.lasting("a", time.Hour)
		if err := s.Stop([]string{"a"}); err != nil {
			t.Fatal(err)
		}
		s.settle(time.Second)
		if err := s.Leave(); err != nil {
			t.Fatal(err)
		}
		s.settle(time.Second)
		var drains []time.Duration
		for _, e := range s.instances.endings() {
			if e.ID == "a.1" {
				drains = append(drains, e.Drain)
			}
		}
		if len(drains) != 2 || drains[0] < drains[1] || drains[1] != 5*time.Second {
			t.Errorf("it was to drain for %v", drains)
		}
	})
}

// told is an ending and whose it is.
type told struct {
	ID string
	supervise.Ending
}
