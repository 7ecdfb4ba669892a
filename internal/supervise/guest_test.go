package supervise

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/registry"
)

func TestPresence(t *testing.T) {
	gone, silent, sick := fmt.Errorf("it: %w", syscall.ECONNREFUSED), fmt.Errorf("it: %w", context.DeadlineExceeded), errors.New("answered 500")
	for _, row := range []struct {
		says     string
		verdicts []error
		want     bool
	}{
		{"nobody yet", []error{gone, silent, sick}, false},
		{"it came", []error{gone, nil}, true},
		{"a breakpoint, however long", []error{nil, silent, silent, silent, silent, silent, silent}, true},
		{"an end is seen at once", []error{nil, gone}, false},
		{"one bad answer", []error{nil, sick, sick}, true},
		{"bad answers", []error{nil, sick, sick, sick}, false},
		{"bad answers with a good one between", []error{nil, sick, sick, nil, sick}, true},
		{"it came back", []error{nil, gone, gone, nil}, true},
	} {
		p := presence{threshold: 3}
		for _, err := range row.verdicts {
			p.note(err)
		}
		if p.here != row.want {
			t.Errorf("%s: here is %v", row.says, p.here)
		}
	}
}

func replacing(o Order, by graph.Replaced) *graph.App {
	return o.App.With(map[string]graph.Replaced{"orders": by})
}

func TestAnAttachedProcessComesAndGoes(t *testing.T) {
	in(t, func(s *stage) {
		refused := fmt.Errorf("it: %w", syscall.ECONNREFUSED)
		s.prober.set(func(string) error { return refused })
		app := replacing(orders(), graph.Replaced{Attached: graph.Attached{Port: 8081}})
		s.Outside(app)
		s.settle(time.Second)
		if i, _ := s.registry.Snapshot().Find("orders.attached"); i.State != registry.Starting || i.Address != "127.0.0.1:8081" || !strings.Contains(i.Reason, "refused") {
			s.Errorf("before it is there it is %+v", i)
		}
		s.prober.passes()
		s.settle(time.Second)
		if s.listed("orders.attached") != registry.Ready || len(s.registry.Endpoints(graph.AttachedTo("orders")).Ready) != 1 {
			s.Error("it answers, and is not ready")
		}
		s.Outside(app)
		if s.listed("orders.attached") != registry.Ready {
			s.Error("what did not change lost its state")
		}
		s.prober.set(func(string) error { return context.DeadlineExceeded })
		s.settle(5 * time.Minute)
		if s.listed("orders.attached") != registry.Ready {
			s.Error("a breakpoint detached it")
		}
		s.prober.set(func(string) error { return refused })
		s.settle(time.Second)
		if s.listed("orders.attached") != registry.Starting || len(s.journal.find(journal.Unready)) != 1 {
			s.Error("it is gone, and still gets requests")
		}
		s.Outside(replacing(orders(), graph.Replaced{}))
		s.settle(time.Second)
		if s.listed("orders.attached") != "" {
			s.Error("it was given back, and is listed")
		}
	})
}

// A file may still be applied while everything is being stopped: nothing of it may wait for probes that never began.
func TestWhatIsAttachedAfterTheEndGoesAgain(t *testing.T) {
	in(t, func(s *stage) {
		if err := s.Close(); err != nil {
			s.Error(err)
		}
		s.Outside(replacing(orders(), graph.Replaced{Attached: graph.Attached{Port: 8081}}))
		s.Outside(replacing(orders(), graph.Replaced{}))
		if s.listed("orders.attached") != "" {
			s.Error("it was given back, and is listed")
		}
	})
}

func TestWhoWaitsForAProcessIsToldHowToGiveItBack(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.set(func(string) error { return syscall.ECONNREFUSED })
		s.Outside(replacing(orders(), graph.Replaced{Override: graph.Override{By: graph.ByProcess}, Attached: graph.Attached{Port: 8081}}))
		s.settle(time.Second)
		set := s.registry.Endpoints(graph.AttachedTo("orders"))
		if !set.Coming || !strings.Contains(set.Absent, "attached to port 8081") || !strings.Contains(set.Absent, "banyan detach orders") {
			s.Errorf("callers see %+v", set)
		}
	})
}

func TestWhatStandsInAServicesPlaceIsListed(t *testing.T) {
	in(t, func(s *stage) {
		s.Outside(replacing(orders(), graph.Replaced{Override: graph.Override{By: graph.ByMock}}))
		if i, _ := s.registry.Snapshot().Find("orders.mock"); i.State != registry.Ready || i.Service != "orders" {
			s.Errorf("a mock is %+v", i)
		}
		s.Outside(replacing(orders(), graph.Replaced{Override: graph.Override{By: graph.ByURL, URL: "https://orders.example/v1"}}))
		if i, _ := s.registry.Snapshot().Find("orders.override"); i.State != registry.Ready || i.Address != "orders.example:443" || !i.TLS || s.listed("orders.mock") != "" {
			s.Errorf("another one is %+v", i)
		}
	})
}
