package supervise

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/registry"
)

// Nothing is on its way that Banyan did not start, so callers are not held for it.
func TestTheFirstProbeOfAnExternalServiceDecides(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.set(func(at string) error {
			if at != "http://pay.example/up" {
				t.Errorf("%s is probed", at)
			}
			return errHangs
		})
		s.Externals([]*graph.External{{Name: "pay", URL: "http://pay.example/v1", Health: "/up"}})
		s.settle(time.Millisecond)
		if i, _ := s.registry.Snapshot().Find("pay.1"); i.State != registry.Starting || i.Reason != "waits for GET /up" {
			s.Errorf("before its first answer it is %+v", i)
		}
		s.settle(graph.DefaultHealthTimeout)
		if i, _ := s.registry.Snapshot().Find("pay.1"); i.State != registry.Unready || i.Reason == "" {
			s.Errorf("without an answer it is %+v", i)
		}
		if s.registry.Endpoints("pay").Coming {
			s.Error("callers are held for it")
		}
		s.prober.passes()
		s.settle(graph.DefaultHealthInterval)
		if s.listed("pay.1") != registry.Ready || len(s.journal.find(journal.Ready)) != 1 {
			s.Error("it answers, and is not ready")
		}
	})
}
