package supervise

import (
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

// replace is the end of one control process and the beginning of the next.
func (s *stage) replace(app *graph.App, meanwhile func()) int {
	s.Helper()
	s.settle(0)
	if err := s.Close(); err != nil {
		s.Fatal(err)
	}
	meanwhile()
	s.registry = registry.New()
	s.means.Registry = listed{s.registry, s.deeds}
	s.deeds.take()
	s.begin()
	return s.Adopt(app)
}

func TestWhatIsReadyStaysReady(t *testing.T) {
	in(t, func(s *stage) {
		o := orders()
		o.Generation = 2
		s.keep(o)
		s.settle(time.Second)
		before := s.status("orders.1")
		if n := s.replace(o.App, func() {}); n != 1 {
			s.Fatalf("%d were taken over", n)
		}
		s.state("orders.1", Ready, registry.Ready)
		s.settle(time.Minute)
		after := s.status("orders.1")
		if after.PID != before.PID || after.Release != "1-aaaa" || after.Generation != 2 || after.ReadyIn != before.ReadyIn || after.Port != before.Port {
			s.Errorf("it is %+v, was %+v", after, before)
		}
		if n := len(s.processes.mu.specs); n != 1 {
			s.Errorf("%d were started", n)
		}
		if e := s.journal.find(journal.Takeover); len(e) != 1 {
			s.Errorf("the journal has %v", e)
		}
		s.processes.end("orders.1", keeper.Exit{Code: 1})
		s.settle(2 * time.Second)
		if n := len(s.processes.mu.specs); n != 2 {
			s.Errorf("one that ended later is not started again: %d", n)
		}
	})
}

func TestWhatWasUnreadyIsNotTrusted(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.fails("500")
		o := orders()
		s.keep(o)
		s.settle(15 * time.Second)
		s.replace(o.App, func() {})
		s.state("orders.1", Unready, registry.Unready)
		s.prober.passes()
		s.settle(3 * time.Second)
		s.state("orders.1", Ready, registry.Ready)
	})
}

func TestWhatEndedMeanwhileIsStartedAgain(t *testing.T) {
	in(t, func(s *stage) {
		o := orders()
		s.keep(o)
		s.settle(time.Second)
		s.replace(o.App, func() {
			s.processes.end("orders.1", keeper.Exit{Code: 9})
			<-s.exits // it came when nobody listened
		})
		if got := s.listed("orders.1"); got == registry.Ready {
			s.Error("a dead instance is listed as ready")
		}
		s.settle(100 * time.Millisecond)
		if got := s.status("orders.1"); got.State != Waiting || got.LastExit == nil || got.LastExit.Code != 9 || got.Ends.Count != 1 {
			s.Errorf("it is %+v", got)
		}
		s.settle(time.Second)
		s.state("orders.1", Ready, registry.Ready)
	})
}

func TestAnEndIsCountedOnce(t *testing.T) {
	in(t, func(s *stage) {
		o := orders()
		s.keep(o)
		s.settle(time.Second)
		s.processes.end("orders.1", keeper.Exit{Code: 9})
		s.replace(o.App, func() {})
		s.settle(50 * time.Millisecond)
		if got := s.status("orders.1"); got.Ends.Count != 1 || got.Problem == nil {
			s.Errorf("it is %+v", got)
		}
	})
}

func TestWhatWasBeingStoppedIsStopped(t *testing.T) {
	for says, ended := range map[string]bool{"it still runs": false, "it ended meanwhile": true} {
		t.Run(says, func(t *testing.T) {
			in(t, func(s *stage) {
				o := orders()
				s.keep(o)
				s.settle(time.Second)
				s.deeds.slow(time.Second)
				s.End("orders.1", Ending{Why: "scaled down"})
				s.settle(500 * time.Millisecond)
				s.replace(o.App, func() {
					if ended {
						s.processes.end("orders.1", keeper.Exit{})
						<-s.exits
					}
				})
				s.settle(10 * time.Second)
				if all, _ := s.Observe(); len(all) != 0 || len(s.processes.Children()) != 0 || len(s.processes.mu.specs) != 1 {
					s.Errorf("it is still there: %v", all)
				}
				if e := s.journal.find(journal.Exit); len(e) != 0 {
					s.Errorf("an end that was wished for is told as one that was not: %v", e)
				}
			})
		})
	}
}

func TestWhatTheAppNoLongerHasCanBeStopped(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(time.Second)
		if n := s.replace(&graph.App{Name: "shop"}, func() {}); n != 1 {
			s.Fatalf("%d were taken over", n)
		}
		s.End("orders.1", Ending{Why: "gone"})
		s.settle(time.Second)
		if got := s.deeds.take(); !slices.Contains(got, "stop orders.1 within 10s") {
			s.Errorf("it did %v", got)
		}
	})
}

func TestWhatCannotBeReadIsLeftAlone(t *testing.T) {
	in(t, func(s *stage) {
		s.processes.mu.running["x"] = keeper.Child{Key: "x", PID: 77, Meta: map[string]string{"service": "x", "number": "many"}}
		if n := s.Adopt(orders().App); n != 0 {
			s.Errorf("%d were taken over", n)
		}
		if e := s.journal.find(journal.Notice); len(e) != 1 || e[0].Subject != "x" {
			s.Errorf("the journal has %v", e)
		}
	})
}

func TestExternalServicesAreProbed(t *testing.T) {
	in(t, func(s *stage) {
		pay := &graph.External{Name: "pay", URL: "https://pay.example/v1", Health: "/up"}
		answer := make(chan struct{})
		s.prober.set(func(string) error { <-answer; return nil })
		s.Externals([]*graph.External{pay, {Name: "old", Endpoints: []string{"10.0.0.1:80", "10.0.0.2:80"}}})
		if s.listed("pay.1") != registry.Starting || s.listed("old.2") != registry.Ready {
			s.Error("one that is to be probed first is ready, or one without a probe is not")
		}
		close(answer)
		s.settle(0)
		if s.listed("pay.1") != registry.Ready {
			s.Error("its first probe passed, and it is not ready")
		}
		if i, _ := s.registry.Snapshot().Find("pay.1"); i.Address != "pay.example:443" || !i.TLS || i.URL != "https://pay.example" {
			s.Errorf("pay is %+v", i)
		}
		s.prober.fails("503")
		s.settle(7 * time.Second)
		if s.listed("pay.1") != registry.Unready || s.listed("old.1") != registry.Ready {
			s.Error("one that fails its probe is listed as ready, or one without a probe is not")
		}
		s.Externals([]*graph.External{{Name: "pay", URL: pay.URL, Health: pay.Health}})
		if s.listed("pay.1") != registry.Unready || s.listed("old.1") != "" {
			s.Error("what did not change changed, or what is gone is listed")
		}
		s.prober.passes()
		s.settle(3 * time.Second)
		if s.listed("pay.1") != registry.Ready {
			s.Error("it does not come back")
		}
	})
}
