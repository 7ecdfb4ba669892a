package reconcile

import (
	"testing"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/graph"
)

func TestOneInstanceIsDebuggedAndAlone(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(service *graph.Service) { service.Replicas.Count = 3 })
		s.begin(app)
		s.settle(3 * boot)
		s.ids("a.1", "a.2", "a.3")
		session := debugger.Session{Language: debugger.Node, Port: 21000}
		debug := func() {
			t.Helper()
			if err := s.Debug("a", session); err != nil {
				t.Fatal(err)
			}
			s.settle(20 * boot)
			got := s.service("a")
			if len(got.Instances) != 1 || got.Desired != 1 || got.Phase != Running {
				t.Fatalf("a is %+v", got)
			}
			if o := s.instances.order(got.Instances[0].ID); o.Debug == nil || *o.Debug != session {
				t.Errorf("it is kept as %+v", o)
			}
		}
		debug()
		// Asked for once more, with another port: the old one goes before the new one comes, for both need the debugger's port.
		session.Port = 21001
		debug()

		plain := func(do func() error) {
			t.Helper()
			if err := do(); err != nil {
				t.Fatal(err)
			}
			s.settle(20 * boot)
			got := s.service("a")
			if len(got.Instances) != 3 || got.Phase != Running {
				t.Fatalf("a is %+v", got)
			}
			for _, i := range got.Instances {
				if s.instances.order(i.ID).Debug != nil {
					t.Errorf("%s is debugged still", i.ID)
				}
			}
		}
		plain(func() error { return s.Undebug("a") })
		debug()
		plain(func() error { return s.Restart([]string{"a"}) })
		if err := s.Undebug("a"); err != nil {
			t.Errorf("what is not debugged cannot be so no more: %v", err)
		}
		if s.Debug("b", session) == nil {
			t.Error("a service that is not there is debugged")
		}
	})
}

func TestAStoppedServiceIsStartedUnderItsDebugger(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(3 * boot)
		if err := s.Stop([]string{"a"}); err != nil {
			t.Fatal(err)
		}
		s.settle(3 * boot)
		if err := s.Debug("a", debugger.Session{Language: debugger.Go, Port: 21000}); err != nil {
			t.Fatal(err)
		}
		s.settle(5 * boot)
		s.phase("a", Running)
		if s.instances.order("a.1").Debug == nil {
			t.Error("it is not debugged")
		}
	})
}
