package supervise

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

func TestAnInstanceBecomesReady(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.fails("connection refused")
		s.prober.h2 = true
		s.keep(orders())
		s.settle(0)
		s.state("orders.1", Starting, registry.Starting)
		s.settle(time.Second)
		s.prober.passes()
		s.settle(time.Second)
		s.state("orders.1", Ready, registry.Ready)
		got := s.status("orders.1")
		if !got.H2 || got.ReadyIn < time.Second || got.ReadyIn > 1300*time.Millisecond || got.Port != 40001 || got.PID != 1 {
			s.Errorf("it is %+v", got)
		}
		spec := s.processes.mu.specs[0]
		for _, v := range []string{"PORT=40001", "CURRENCY=EUR", "CATALOG_URL=http://127.0.0.1:5000", "PATH=/bin", "BANYAN_INSTANCE=orders.1"} {
			if !slices.Contains(spec.Env, v) {
				s.Errorf("%s is not in %v", v, spec.Env)
			}
		}
		if spec.Dir != "/shop/orders" || spec.Grace != 2*time.Second || spec.Meta["release"] != "1-aaaa" {
			s.Errorf("it was started as %+v", spec)
		}
		if e := s.journal.find(journal.Start); len(e) != 1 || e[0].Why != "banyan up" || e[0].Where.Line != 4 {
			s.Errorf("the journal has %+v", e)
		}
	})
}

func TestAnInstanceIsKeptOnce(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		if err := s.Keep(orders()); !errors.Is(err, ErrKept) {
			s.Errorf("a second order: %v", err)
		}
		s.settle(time.Second)
		if n := len(s.processes.mu.specs); n != 1 {
			s.Errorf("%d were started", n)
		}
	})
}

func TestACrashLoopIsVisibleAndGrowsSlower(t *testing.T) {
	in(t, func(s *stage) {
		s.processes.set(func(p *fakeProcesses) { p.mu.stillborn = true })
		s.prober.fails("refused")
		s.keep(orders())
		s.settle(100 * time.Millisecond)
		s.state("orders.1", Waiting, registry.Starting)
		if p := s.status("orders.1").Problem; p.Code != diag.ExitedEarly || p.Likely != "code 3" || p.Exit.Code != 3 {
			s.Errorf("problem is %+v", p)
		}
		s.settle(time.Minute)
		got := s.status("orders.1")
		s.state("orders.1", Waiting, registry.Unready)
		if !got.Looping || got.Problem.Code != diag.CrashLoop || got.Restarts < 5 || got.Restarts > 9 || got.PID != 0 {
			s.Errorf("it is %+v", got)
		}
		if got.NextTry.Before(time.Now()) || got.Problem.Next != got.NextTry {
			s.Errorf("next try is %s", got.NextTry)
		}
		if e := s.journal.find(journal.Crash); len(e) == 0 || !strings.Contains(e[0].Why, "next try in 4s") {
			s.Errorf("the journal has %+v", e)
		}
		s.processes.set(func(p *fakeProcesses) { p.mu.stillborn = false })
		s.prober.passes()
		s.settle(time.Minute)
		s.state("orders.1", Ready, registry.Ready)
		if got := s.status("orders.1"); got.Problem != nil || got.Looping {
			s.Errorf("what mended itself still has %+v", got.Problem)
		}
	})
}

func TestAnEndAfterALongTimeCountsAfresh(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		for range 7 {
			s.settle(40 * time.Second)
			s.state("orders.1", Ready, registry.Ready)
			s.processes.end("orders.1", keeper.Exit{Code: 1})
			got := s.status("orders.1")
			if got.Looping || got.Ends.Count != 1 || got.Problem.Code != diag.Ended || !strings.Contains(got.Problem.Text, "with code 1") {
				s.Fatalf("it is %+v", got)
			}
		}
		if got := s.status("orders.1"); got.Restarts != 6 || got.LastExit.Code != 1 {
			s.Errorf("it is %+v", got)
		}
	})
}

func TestLastLinesComeBeforeTheVerdict(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(time.Second)
		s.exits <- keeper.Event{Key: "orders.1", PID: 1, Exit: keeper.Exit{Code: 1, At: time.Now()}, Last: 7}
		s.settle(50 * time.Millisecond)
		if s.status("orders.1").Problem != nil {
			s.Error("the verdict did not wait for the last words")
		}
		s.Output(keeper.Output{Seq: 7, Key: "orders.1", Stream: keeper.Stderr, Data: []byte("panic: no\n")})
		s.settle(0)
		if p := s.status("orders.1").Problem; p == nil || !slices.Equal(p.Lines, []string{"panic: no"}) {
			s.Errorf("problem is %+v", p)
		}
	})
}

func TestAMissingProgramIsNamed(t *testing.T) {
	for _, row := range []struct {
		says   string
		locate error
		start  error
		code   diag.Code
		likely string
	}{
		{"it is looked for before", diag.At(diag.Position{}, diag.ProgramMissing, "node is not installed").WithHint("install it"), nil, diag.ProgramMissing, "install it"},
		{"the system does not find it", nil, fmt.Errorf("starting: %w", fs.ErrNotExist), diag.ProgramMissing, "it was not built, or run is not relative to dir"},
		{"anything else", nil, errors.New("no memory"), diag.ExitedEarly, ""},
	} {
		t.Run(row.says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.Supervisor.means.Locate = func(string, []string, string) (string, error) { return "", row.locate }
				s.processes.set(func(p *fakeProcesses) { p.mu.refusal = row.start })
				s.keep(orders())
				s.settle(0)
				s.state("orders.1", Waiting, registry.Starting)
				p := s.status("orders.1").Problem
				if p.Code != row.code || p.Likely != row.likely || p.Where.Line != 5 {
					s.Errorf("problem is %+v", p)
				}
				s.End("orders.1", Ending{Why: "done"})
				s.settle(0)
				if all, _ := s.Observe(); len(all) != 0 {
					s.Errorf("it is still kept: %v", all)
				}
			})
		})
	}
}

func TestWhatNeverBecomesReadyIsToldAndNotKilled(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.fails("answered 500")
		s.keep(orders())
		s.settle(11 * time.Second)
		s.state("orders.1", Unready, registry.Unready)
		got := s.status("orders.1")
		if got.Problem.Code != diag.NotReady || got.Problem.Where.Line != 7 || !strings.Contains(got.Problem.Text, "GET /healthz: answered 500 for 10s") {
			s.Errorf("problem is %+v", got.Problem)
		}
		s.settle(time.Minute)
		if got := s.status("orders.1"); got.PID != 1 || len(s.journal.find(journal.Unready)) != 1 {
			s.Errorf("it is %+v", got)
		}
		s.prober.passes()
		s.settle(3 * time.Second)
		s.state("orders.1", Ready, registry.Ready)
	})
}

// The registry promises that an unhealthy instance leaves within its interval times its threshold, whatever the probe meets.
func TestAnUnhealthyInstanceLeavesInTime(t *testing.T) {
	for says, failure := range map[string]error{"it is refused": errors.New("refused"), "it hangs": errHangs} {
		t.Run(says, func(t *testing.T) {
			in(t, func(s *stage) {
				s.keep(orders())
				s.settle(5 * time.Second)
				s.state("orders.1", Ready, registry.Ready)
				s.prober.set(func(string) error { return failure })
				s.settle(6 * time.Second)
				s.state("orders.1", Unready, registry.Unready)
				if p := s.status("orders.1").Problem; p == nil || p.Code != diag.BecameUnready {
					s.Errorf("problem is %+v", p)
				}
				s.prober.passes()
				s.settle(3 * time.Second)
				s.state("orders.1", Ready, registry.Ready)
				if s.status("orders.1").Problem != nil {
					s.Error("its problem stays")
				}
			})
		})
	}
}

func TestOneFailedProbeIsNothing(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(5 * time.Second)
		n := 0
		s.prober.set(func(string) error {
			if n++; n%3 != 0 { // two in three fail, never three in a row
				return errors.New("busy")
			}
			return nil
		})
		s.settle(time.Minute)
		s.state("orders.1", Ready, registry.Ready)
	})
}

func TestStopLeavesTheRegistryFirst(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(time.Second)
		s.deeds.take()
		s.deeds.slow(time.Second)
		s.End("orders.1", Ending{Why: "scaled down"})
		s.End("orders.1", Ending{Why: "twice"})
		s.settle(500 * time.Millisecond)
		s.state("orders.1", Draining, registry.Draining)
		s.settle(time.Second)
		want := []string{"list orders.1 draining", "drain orders.1", "drained orders.1", "stop orders.1 within 2s", "unlist orders.1"}
		if got := s.deeds.take(); !slices.Equal(got, want) {
			s.Errorf("it did %q, want %q", got, want)
		}
		if len(s.processes.Children()) != 0 {
			s.Error("the keeper still remembers it")
		}
		if e := s.journal.find(journal.Stop); len(e) != 1 || e[0].Why != "scaled down" {
			s.Errorf("the journal has %+v", e)
		}
		s.keep(orders()) // its number is free again
	})
}

func TestDrainingIsBounded(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(time.Second)
		s.deeds.slow(time.Hour)
		s.processes.set(func(p *fakeProcesses) { p.mu.forced = true })
		s.End("orders.1", Ending{Why: "x", Drain: 3 * time.Second, Grace: 7 * time.Second})
		s.settle(2900 * time.Millisecond)
		s.state("orders.1", Draining, registry.Draining)
		s.settle(time.Second)
		if e := s.journal.find(journal.Stop); len(e) != 1 || e[0].Code != diag.StopForced || !strings.Contains(e[0].Why, "7s") {
			s.Errorf("the journal has %+v", e)
		}
	})
}

func TestCloseLetsGo(t *testing.T) {
	in(t, func(s *stage) {
		s.keep(orders())
		s.settle(time.Second)
		s.deeds.take()
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		if got := s.deeds.take(); len(got) != 0 || len(s.processes.Children()) != 1 {
			s.Errorf("it did %v", got)
		}
	})
}
