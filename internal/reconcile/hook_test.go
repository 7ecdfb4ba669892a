package reconcile

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/task"
)

// lasts is how long a task of a test runs.
const lasts = 200 * time.Millisecond

// fakeTasks notes what is run; a broken one fails.
type fakeTasks struct {
	mu struct {
		sync.Mutex
		ran    []string
		broken map[string]bool
		begun  int
		// lingers is how long a task goes on once it is asked to end.
		lingers time.Duration
	}
}

func (f *fakeTasks) Hook(ctx context.Context, app *graph.App, name, why string) error {
	f.mu.Lock()
	f.mu.begun++
	f.mu.Unlock()
	select {
	case <-time.After(lasts):
	case <-ctx.Done():
		f.mu.Lock()
		lingers := f.mu.lingers
		f.mu.Unlock()
		time.Sleep(lingers)
		return ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.ran = append(f.mu.ran, name+", "+why)
	if t, _ := app.Task(name); f.mu.broken[name] {
		return &task.Failure{Task: t, Code: 3, Text: name + " ended with code 3", Lines: []string{"no such table"}}
	}
	return nil
}

// take returns what was run since the last time.
func (f *fakeTasks) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	ran := f.mu.ran
	f.mu.ran = nil
	return ran
}

func (f *fakeTasks) breakTask(name string, broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mu.broken == nil {
		f.mu.broken = map[string]bool{}
	}
	f.mu.broken[name] = broken
}

// hooked is an application whose service orders has hooks.
func hooked() *graph.App {
	app := appOf("orders")
	app.Tasks = []*graph.Task{{Name: "migrate", At: at(20)}, {Name: "seed", At: at(21)}}
	app.Services[0].Hooks = graph.Hooks{Before: []graph.Ref{{Name: "migrate", At: at(9)}}, After: []graph.Ref{{Name: "seed", At: at(9)}}}
	return app
}

// hooking is a stage with tasks.
func hooking(t *testing.T, do func(s *stage, tasks *fakeTasks)) {
	synctest.Test(t, func(t *testing.T) {
		s, tasks := newStage(t), &fakeTasks{}
		s.means.Tasks = tasks
		do(s, tasks)
		s.end()
	})
}

const (
	ranBefore = "migrate, hook before orders"
	ranAfter  = "seed, hook after orders"
)

func (s *stage) ran(tasks *fakeTasks, want ...string) {
	s.Helper()
	if got := tasks.take(); !slices.Equal(got, want) {
		s.Errorf("%q were run, want %q", got, want)
	}
}

func TestHooksRunBeforeAReleaseStartsAndAfterItIsReady(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		s.begin(hooked())
		s.settle(lasts / 2)
		s.ids()
		if doing := s.service("orders").Doing; doing != "runs migrate first" {
			s.Errorf("orders %s", doing)
		}
		s.settle(lasts)
		s.ran(tasks, ranBefore)
		s.ids("orders.1")
		s.settle(boot)
		s.phase("orders", Starting)
		s.settle(lasts)
		s.ran(tasks, ranAfter)
		s.phase("orders", Running)

		// A restart of the same release needs neither, another release both.
		if err := s.Restart([]string{"orders"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.ran(tasks)
		s.Apply(edited(hooked(), "orders", func(o *graph.Service) { o.Env = []graph.Variable{{Name: "A", Value: "b"}} }), "")
		s.settle(time.Minute)
		s.ran(tasks, ranBefore, ranAfter)
	})
}

func TestAHookThatFailsKeepsTheServiceFromStarting(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		tasks.breakTask("migrate", true)
		s.begin(hooked())
		s.settle(time.Minute)
		s.ids()
		s.phase("orders", Failed)
		p := s.service("orders").Problem
		if p == nil || p.Code != diag.TaskFailed || p.Where != at(20) || !slices.Contains(p.Lines, "no such table") || !strings.Contains(p.Text, "migrate ended with code 3") {
			s.Errorf("the problem is %+v", p)
		}
		if found := s.journal.find(journal.Task, "orders"); len(found) != 1 || found[0].Code != diag.TaskFailed {
			s.Errorf("the journal has %+v", found)
		}
		if why := s.expected.because("orders"); !strings.Contains(why, "migrate") {
			s.Errorf("its callers are told %q", why)
		}
		s.ran(tasks, ranBefore)

		// Its task is mended in the file.
		tasks.breakTask("migrate", false)
		mended := hooked()
		mended.Tasks[0].Run.Argv = []string{"./migrate"}
		s.Apply(mended, "")
		s.settle(time.Minute)
		s.phase("orders", Running)
		s.ran(tasks, ranBefore, ranAfter)
	})
}

func TestAHookAfterThatFailsIsToldWhileTheServiceServes(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		tasks.breakTask("seed", true)
		s.begin(hooked())
		s.settle(time.Minute)
		s.ids("orders.1")
		s.phase("orders", Failed)
		if p := s.service("orders").Problem; p == nil || p.Where != at(21) {
			s.Errorf("the problem is %+v", p)
		}
		s.ran(tasks, ranBefore, ranAfter)
		tasks.breakTask("seed", false)
		if err := s.Start([]string{"orders"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.phase("orders", Running)
		s.ran(tasks, ranAfter)
	})
}

func TestAHookAfterThatIsMendedReplacesNothing(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		tasks.breakTask("seed", true)
		app := hooked()
		s.begin(app)
		s.settle(time.Minute)
		s.ran(tasks, ranBefore, ranAfter)
		s.builder.edit(app.Services[0].Dir, "changed, and not watched")
		tasks.breakTask("seed", false)
		mended := hooked()
		mended.Tasks[1].Run.Argv = []string{"./seed"}
		s.Apply(mended, "")
		s.settle(time.Minute)
		s.phase("orders", Running)
		s.ran(tasks, ranAfter)
		s.ids("orders.1")
	})
}

func TestATaskThatEndsLateDoesNotEndTheOneThatTookItsPlace(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		s.begin(hooked())
		s.settle(lasts + boot + lasts/2)
		if doing := s.service("orders").Doing; doing != "is ready, and runs seed" {
			s.Errorf("orders %s", doing)
		}
		tasks.mu.Lock()
		tasks.mu.begun, tasks.mu.lingers = 0, stopTime+boot+lasts/2
		tasks.mu.Unlock()
		s.ran(tasks, ranBefore)
		if err := s.Stop([]string{"orders"}); err != nil {
			s.Fatal(err)
		}
		s.settle(stopTime + 2*yielding)
		if err := s.Start([]string{"orders"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.phase("orders", Running)
		s.ran(tasks, ranAfter)
		if begun := tasks.mu.begun; begun != 1 {
			s.Errorf("%d tasks were begun, want one", begun)
		}
	})
}

func TestWhatTheNextControlProcessFindsDoneIsNotDoneAgain(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		s.begin(hooked())
		s.settle(time.Minute)
		s.ran(tasks, ranBefore, ranAfter)
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.begin(hooked())
		s.settle(time.Minute)
		s.phase("orders", Running)
		s.ran(tasks)
	})
}

func TestADownEndsHooks(t *testing.T) {
	hooking(t, func(s *stage, tasks *fakeTasks) {
		s.begin(hooked())
		s.settle(lasts / 2)
		if err := s.Down(context.Background()); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.ran(tasks)
		s.ids()
	})
}
