package reconcile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/subset"
)

func TestApplyRestartsOnlyWhatChanged(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b>a", "c")
		s.begin(app)
		s.settle(time.Second)
		s.instances.deeds()
		s.instances.watchLeast()
		next := edited(app, "b", func(b *graph.Service) { b.Env = []graph.Variable{{Name: "X", Value: "1", At: at(23)}} })
		s.Apply(next, "banyan.yaml changed")
		if got := s.service("b"); got.Phase == Running || got.Rolled {
			s.Errorf("right after Apply: %+v", got)
		}
		s.settle(2 * time.Second)
		if deeds := s.instances.deeds(); !slices.Equal(deeds, []string{"keep b.2", "end b.1", "gone b.1"}) {
			s.Errorf("it did %v", deeds)
		}
		if least, _ := s.instances.leastOf("b"); least != 1 {
			s.Errorf("%d were ready", least)
		}
		if o := s.instances.order("b.2"); o.App != next || len(o.Service.Env) != 1 || o.Why != "env.X added: 1" {
			s.Errorf("the order is %+v", o)
		}
	})
}

func TestWhatIsTheMeshsRestartsNothing(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b>a")
		s.begin(app)
		s.settle(time.Second)
		s.instances.deeds()
		next := edited(app, "b", func(b *graph.Service) {
			call := *b.Calls[0]
			call.Timeout, call.Allow = time.Second, []graph.Allow{{Method: "GET", Path: "/**"}}
			b.Calls[0], b.Owner, b.Grace, b.Watch.On, b.At = &call, "team", time.Second, true, at(99)
		})
		s.Apply(next, "banyan.yaml changed")
		s.phase("b", Running)
		s.settle(2 * time.Second)
		if deeds := s.instances.deeds(); len(deeds) != 0 {
			s.Errorf("it did %v", deeds)
		}
		if err := s.Scale("b", 2); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		if o := s.instances.order("b.2"); o.App != next || o.Service.Grace != time.Second {
			s.Error("what is started later is started from the graph of before")
		}
	})
}

func TestARemovedServiceWaitsForItsCallers(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b>a", "c>a")
		for _, one := range app.Services {
			one.Replicas.Count = 2
		}
		app = edited(app, "b", func(b *graph.Service) { b.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		s.instances.deeds()
		s.builder.breakBuild("b", failedBuild("b"))
		next := edited(without(app, "a"), "b", func(b *graph.Service) { b.Build.Argv = []string{"make", "all"} })
		s.Apply(next, "")
		if got := s.service("a"); got.Phase != Stopping || !got.Removed || got.Desired != 0 || got.Ready != 2 {
			s.Errorf("a is %+v", got)
		}
		if s.service("a").Rolled {
			s.Error("what only the removed instances use may go, and they are there")
		}
		if s.expected.of("a") != 0 {
			s.Error("callers may wait for more of what is removed")
		}
		s.settle(time.Minute)
		if got := s.service("a"); got.Ready != 2 {
			s.Errorf("a ends though b, whose build fails, may still call it: %+v", got)
		}
		s.builder.breakBuild("b", nil)
		s.Touched("b", []string{"main.go"})
		s.settle(10 * time.Second)
		deeds := s.instances.deeds()
		end := slices.Index(deeds, "end a.1")
		if end < 0 {
			s.Fatalf("a does not end: %v", deeds)
		}
		for _, id := range []string{"b.1", "b.2", "c.1", "c.2"} {
			if gone := slices.Index(deeds, "gone "+id); gone < 0 || gone > end {
				s.Errorf("a ends before %s is gone: %v", id, deeds)
			}
		}
		if all, _ := s.Observe(); len(all) != 2 {
			s.Errorf("services are %v", all)
		}
	})
}

func TestARemovedCycleEnds(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a>b", "b>a", "c>a")
		s.begin(app)
		s.settle(time.Second)
		s.Apply(without(without(app, "a"), "b"), "")
		s.settle(5 * time.Second)
		if all, _ := s.Observe(); len(all) != 1 || all[0].Phase != Running {
			s.Errorf("services are %v", all)
		}
	})
}

func TestWhatWasBeingRemovedComesBack(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b>a")
		s.begin(app)
		s.settle(time.Second)
		s.Apply(without(app, "a"), "")
		s.settle(100 * time.Millisecond)
		s.Apply(app, "")
		s.settle(5 * time.Second)
		for _, name := range []string{"a", "b"} {
			s.phase(name, Running)
		}
		if got := s.service("a"); !strings.HasPrefix(got.Release, "1-") || got.Removed {
			s.Errorf("a is %+v", got)
		}
		if slices.Contains(s.instances.deeds(), "end a.1") {
			s.Error("a was ended though nobody had rolled over")
		}
	})
}

func TestWhatIsRemovedEndsInTheNextProcessToo(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b>a", "c")
		s.begin(app)
		s.settle(time.Second)
		s.Apply(without(app, "a"), "")
		s.settle(100 * time.Millisecond)
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.begin(without(app, "a"))
		if got := s.service("a"); !got.Removed {
			s.Errorf("a is %+v", got)
		}
		s.settle(5 * time.Second)
		s.ids("b.2", "c.1")
		if e := s.journal.find(journal.Notice, "a"); len(e) != 0 {
			s.Errorf("the journal has %v", e)
		}
	})
}

func TestTheFilesNewCountBeatsTheOperators(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a")
		s.begin(app)
		if err := s.Scale("a", 5); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		s.Apply(edited(app, "a", func(a *graph.Service) { a.Owner = "x" }), "")
		if got := s.service("a").Desired; got != 5 {
			s.Errorf("another change of the file makes it %d", got)
		}
		s.Apply(edited(app, "a", func(a *graph.Service) { a.Replicas.Count = 2 }), "")
		s.settle(2 * time.Second)
		if got := s.service("a"); got.Desired != 2 || got.Ready != 2 || s.expected.of("a") != 2 {
			s.Errorf("a is %+v", got)
		}
	})
}

func TestWhatIsAnnouncedIsExpected(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a")
		s.begin(app)
		s.settle(time.Second)
		next := appOf("a", "b")
		s.Announce(next)
		if s.expected.of("b") != 1 {
			s.Error("callers do not wait for b")
		}
		s.Apply(next, "")
		s.settle(time.Second)
		s.phase("b", Running)
	})
}

func TestWhatIsAnnouncedAndNotAppliedIsTakenBack(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		s.Announce(appOf("a", "b"))()
		if s.expected.of("b") != 0 || s.expected.of("a") != 1 {
			s.Errorf("callers expect %d of b and %d of a", s.expected.of("b"), s.expected.of("a"))
		}
		next := appOf("a", "b")
		retract := s.Announce(next)
		s.Apply(next, "")
		retract() // too late: it runs
		if s.expected.of("b") != 1 {
			s.Error("what runs is not expected")
		}
	})
}

// random makes an application of up to five services that call one another at will.
func random(r *rand.Rand) *graph.App {
	var texts []string
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if r.IntN(5) == 0 {
			continue
		}
		texts = append(texts, name)
	}
	if len(texts) == 0 {
		texts = []string{"a"}
	}
	for i, name := range texts {
		var calls []string
		for _, other := range texts {
			if callee, _, _ := strings.Cut(other, ">"); callee != name && r.IntN(3) == 0 {
				calls = append(calls, callee)
			}
		}
		texts[i] = name + ">" + strings.Join(calls, ",")
	}
	app := appOf(texts...)
	for _, s := range app.Services {
		s.Replicas.Count = 1 + r.IntN(3)
		s.Owner = fmt.Sprint("team", r.IntN(2))
		s.Grace = time.Duration(1+r.IntN(2)) * time.Second
		if r.IntN(3) == 0 {
			s.Build.Argv = []string{"make", fmt.Sprint(r.IntN(2))}
		}
		if r.IntN(2) == 0 {
			s.Env = []graph.Variable{{Name: "X", Value: fmt.Sprint(r.IntN(2)), At: at(5)}}
		}
		if r.IntN(4) == 0 {
			s.Protocol = graph.TCP
		}
		for _, c := range s.Calls {
			c.Timeout = time.Duration(1+r.IntN(2)) * time.Second
		}
	}
	return app
}

// What Compare tells is what Apply does: the instances that are replaced, started, stopped, and no others.
func TestCompareAndApplyAgree(t *testing.T) {
	for seed := range uint64(60) {
		in(t, func(s *stage) {
			r := rand.New(rand.NewPCG(seed, 3))
			old, next := random(r), random(r)
			if seed%3 > 0 { // a part of the application: what a changed call or a new service brings in is told too
				s.means.Wish = subset.Wish{Names: []string{"a", "d"}, Except: []string{"e"}[:seed%2]}
			}
			s.begin(old)
			s.settle(time.Minute)
			before, _ := s.instances.Observe()
			s.Apply(next, "")
			s.settle(time.Minute)
			after, _ := s.instances.Observe()

			told := map[string]map[Action]bool{}
			for _, c := range Compare(old, next, s.means.Wish) {
				if told[c.Subject] == nil {
					told[c.Subject] = map[Action]bool{}
				}
				told[c.Subject][c.Action] = true
			}
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				was, is := of(before, name), of(after, name)
				did := map[Action]bool{
					Start: was.count == 0 && is.count > 0, Stop: was.count > 0 && is.count == 0,
					Restart: was.count > 0 && is.count > 0 && was.release != is.release,
					Scale:   was.count > 0 && is.count > 0 && was.count != is.count,
				}
				tells := map[Action]bool{
					Start: told[name][Start], Stop: told[name][Stop], Restart: told[name][Restart] || told[name][Rebuild], Scale: told[name][Scale],
				}
				for action, done := range did {
					if done != tells[action] {
						s.Errorf("seed %d: %s of %s: told %v, done %v", seed, action, name, tells[action], done)
					}
				}
			}
			if again := Compare(next, next, s.means.Wish); len(again) != 0 {
				s.Errorf("seed %d: an app differs from itself: %v", seed, again)
			}
		})
	}
}

// An instance that was told to end looks ready until it heard of it; a rollout that turns back must not count on it.
func TestWhatIsEndingIsNotCountedOn(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Replicas.Count = 2 })
		s.begin(app)
		s.settle(time.Second)
		s.instances.deeds()
		s.Apply(edited(app, "a", func(a *graph.Service) { a.Env = []graph.Variable{{Name: "X", Value: "1"}} }), "")
		var deeds []string
		for range 2000 {
			s.settle(time.Millisecond)
			if deeds = s.instances.deeds(); slices.ContainsFunc(deeds, func(d string) bool { return strings.HasPrefix(d, "end") }) {
				break
			}
		}
		if !slices.Equal(deeds, []string{"end a.2"}) {
			s.Fatalf("the first end is %v", deeds)
		}
		s.instances.watchLeast()
		s.Apply(app, "it turns back")
		s.settle(10 * time.Second)
		if least, seen := s.instances.leastOf("a"); !seen || least < 2 {
			s.Errorf("%d of 2 were ready", least)
		}
		if got := s.service("a"); got.Phase != Running || !strings.HasPrefix(got.Release, "1-") {
			s.Errorf("a is %+v", got)
		}
	})
}

func TestAWishAmidABuildReplacesOnce(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		s.instances.deeds()
		s.builder.edit("/shop/a", "edited")
		s.Touched("a", []string{"main.go"})
		s.settle(500 * time.Millisecond)
		if err := s.Restart([]string{"a"}); err != nil {
			s.Fatal(err)
		}
		s.settle(5 * time.Second)
		if deeds := s.instances.deeds(); !slices.Equal(deeds, []string{"keep a.2", "end a.1", "gone a.1"}) {
			s.Errorf("it did %v", deeds)
		}
		if got := s.service("a"); got.Phase != Running || got.Generation != 1 || !strings.HasPrefix(got.Release, "2-") {
			s.Errorf("a is %+v", got)
		}
	})
}
