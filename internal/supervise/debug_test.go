package supervise

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

// debugged is an order under a debugger.
func debugged(wait bool) Order {
	o := orders()
	o.Debug = &debugger.Session{Language: debugger.Node, Port: 21000, Wait: wait}
	return o
}

func TestWhatADebuggerHoldsIsLeftAlone(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(debugged(false))
		s.settle(time.Second)
		s.state("orders.1", Ready, registry.Ready)
		spec := s.processes.mu.specs[0]
		if spec.Argv[0] != "inspect" || !slices.Contains(spec.Env, "NODE_OPTIONS=x") || slices.Contains(spec.Env, "CURRENCY=EUR") {
			s.Errorf("it was started as %+v", spec)
		}
		// A breakpoint of an hour: no probe is answered, and none is sent either, for they would all be served afterwards.
		asked := 0
		s.prober.set(func(string) error { asked++; return errors.New("no answer") })
		s.settle(time.Hour)
		s.state("orders.1", Ready, registry.Ready)
		if asked > 0 {
			s.Errorf("it was asked %d times", asked)
		}
		if i, _ := s.registry.Snapshot().Find("orders.1"); !i.Held {
			s.Errorf("callers are not told: %+v", i)
		}
	})
}

func TestWhatWaitsForADebuggerIsNotLate(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.fails("connection refused")
		s.keep(debugged(true))
		s.settle(time.Hour)
		s.state("orders.1", Starting, registry.Starting)
		if got := s.status("orders.1"); got.Problem != nil || got.Reason != "waits for a debugger at 127.0.0.1:21000" {
			s.Errorf("it is %+v", got)
		}
		s.prober.passes()
		s.settle(time.Minute)
		s.state("orders.1", Ready, registry.Ready)
	})
}

func TestEndsUnderADebuggerAreNotCounted(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(debugged(false))
		for range 20 {
			s.settle(5 * time.Second)
			s.state("orders.1", Ready, registry.Ready)
			s.processes.end("orders.1", keeper.Exit{Code: 1, At: time.Now()})
		}
		s.settle(debuggedPause + time.Second)
		if got := s.status("orders.1"); got.State != Ready || got.Looping || got.Ends.Count != 0 || got.Restarts != 20 {
			s.Errorf("it is %+v", got)
		}
	})
}

func TestADebuggerThatIsGoneIsTold(t *testing.T) {
	in(t, func(s *stage) {
		o := debugged(false)
		o.Debug.Port = missingPort
		s.keep(o)
		s.settle(time.Second / 2)
		if got := s.status("orders.1"); got.State != Waiting || got.Problem == nil || got.Problem.Code != diag.ProgramMissing {
			s.Errorf("it is %+v", got)
		}
	})
}

func TestASessionIsHandedToTheNextControlProcess(t *testing.T) {
	o := orders()
	o.Debug = &debugger.Session{Language: debugger.Go, Port: 21003, Wait: true}
	got, port, err := orderOf(o.App, o.meta(40001))
	if err != nil || port != 40001 || got.Debug == nil || *got.Debug != *o.Debug {
		t.Errorf("it is %+v, %v", got, err)
	}
	in(t, func(s *stage) {
		s.keep(debugged(false))
		s.settle(time.Second)
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.prober.fails("no answer") // it stands at a breakpoint
		s.begin()
		if s.Adopt(orders().App) != 1 {
			s.Fatal("it was not taken over")
		}
		s.settle(time.Hour)
		s.state("orders.1", Ready, registry.Ready)
		if got := s.status("orders.1"); got.Debug == nil || got.Restarts != 0 || got.Ends.Count != 0 {
			s.Errorf("it is %+v", got)
		}
	})
}
