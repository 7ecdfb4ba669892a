package reconcile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/supervise"
)

// in runs a test in a bubble of its own.
func in(t *testing.T, test func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		defer func() {
			if s.Reconciler != nil {
				s.end()
			}
		}()
		test(s)
	})
}

func TestACycleStartsWithoutWaiting(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a>b", "b>c", "c>a"))
		for _, name := range []string{"a", "b", "c"} {
			if s.expected.of(name) != 1 {
				s.Errorf("callers of %s are not told to wait when Begin returns", name)
			}
			s.phase(name, Waiting)
		}
		s.settle(boot / 2)
		s.ids("a.1", "b.1", "c.1")
		s.phase("a", Starting)
		s.settle(boot)
		for _, name := range []string{"a", "b", "c"} {
			s.phase(name, Running)
		}
		if got := s.service("a"); got.ReadyIn != boot || !strings.HasPrefix(got.Release, "1-") || !got.Rolled {
			s.Errorf("a is %+v", got)
		}
	})
}

func TestServicesAreStartedCalleesFirst(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a>b", "b>c", "c"))
		all, _ := s.Observe()
		var names []string
		for _, one := range all {
			names = append(names, one.Name)
		}
		if !slices.Equal(names, []string{"c", "b", "a"}) {
			s.Errorf("order is %v", names)
		}
	})
}

func TestABuildFailureStaysOnItsService(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a", "b>a"), "a", func(a *graph.Service) { a.Build = graph.Command{Argv: []string{"make"}, At: at(12)} })
		s.builder.breakBuild("a", failedBuild("a"))
		s.begin(app)
		s.settle(500 * time.Millisecond)
		s.phase("a", Building)
		s.phase("b", Running)
		s.settle(time.Second)
		s.phase("a", Failed)
		p := s.service("a").Problem
		if p == nil || p.Code != diag.BuildFailed || p.Where != at(12) || len(p.Lines) != 1 || p.Exit.Code != 2 {
			s.Fatalf("problem is %+v", p)
		}
		if s.expected.of("a") != 0 {
			s.Error("callers wait for a service that cannot be built")
		}
		if e := s.journal.find(journal.Build, "a"); len(e) != 1 || e[0].Code != diag.BuildFailed || e[0].Where != at(12) {
			s.Errorf("the journal has %+v", e)
		}
		s.ids("b.1")

		s.builder.breakBuild("a", nil)
		s.settle(time.Minute)
		s.phase("a", Failed) // nothing changed, so it is not tried again
		s.Touched("a", []string{"main.go"})
		s.settle(1500 * time.Millisecond)
		s.phase("a", Running)
		if got := s.service("a"); got.Problem != nil || got.BuiltIn != time.Second || s.expected.of("a") != 1 {
			s.Errorf("a is %+v", got)
		}
	})
}

func TestAnOldVersionRunsOnWhileItsBuildFails(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		s.phase("a", Running)
		first := s.service("a").Release
		s.builder.breakBuild("a", failedBuild("a"))
		s.builder.edit("/shop/a", "edited")
		s.Touched("a", []string{"main.go"})
		s.settle(500 * time.Millisecond)
		if got := s.service("a"); got.Phase != Building || got.Ready != 1 {
			s.Errorf("while it is built: %+v", got)
		}
		s.settle(time.Minute)
		if got := s.service("a"); got.Phase != Failed || got.Ready != 1 || got.Release != first || got.Problem.Code != diag.BuildFailed {
			s.Errorf("after the failure: %+v", got)
		}
		s.builder.breakBuild("a", nil)
		if err := s.Start([]string{"a"}); err != nil {
			s.Fatal(err)
		}
		s.settle(3 * time.Second)
		if got := s.service("a"); got.Phase != Running || got.Release == first || !strings.HasPrefix(got.Release, "2-") {
			s.Errorf("after start: %+v", got)
		}
	})
}

func TestAnUnchangedServiceIsCached(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a", "b"), "a", func(a *graph.Service) { a.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		first := s.service("a").Release
		if built := s.builder.builds(); !slices.Equal(built, []string{"a"}) {
			s.Fatalf("built %v", built)
		}
		if err := s.Down(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.end()
		s.means.Run = "run2"
		s.begin(app)
		s.settle(boot)
		s.phase("a", Running)
		if got := s.service("a"); !got.Cached || got.BuiltIn != 0 || got.Release != first {
			s.Errorf("the second time: %+v, before %s", got, first)
		}
		if built := s.builder.builds(); len(built) != 0 {
			s.Errorf("built %v again", built)
		}
	})
}

func TestBuildsAreBounded(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a", "b", "c", "d", "e")
		for _, one := range app.Services {
			one.Build.Argv = []string{"make"}
		}
		s.begin(app)
		s.settle(500 * time.Millisecond)
		all, _ := s.Observe()
		phases := map[Phase]int{}
		for _, one := range all {
			phases[one.Phase]++
		}
		if phases[Building] != 2 || phases[Waiting] != 3 {
			s.Errorf("phases are %v", phases)
		}
		s.settle(5 * time.Second)
		if s.builder.mu.most != 2 {
			s.Errorf("%d builds at once", s.builder.mu.most)
		}
		for _, one := range app.Services {
			s.phase(one.Name, Running)
		}
	})
}

func TestARestartKeepsTheCountReady(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Replicas.Count = 3 })
		s.begin(app)
		s.settle(time.Second)
		s.phase("a", Running)
		before := s.service("a").Release
		s.instances.watchLeast()
		if err := s.Restart([]string{"a"}); err != nil {
			s.Fatal(err)
		}
		if got := s.service("a"); got.Phase == Running || got.Rolled {
			s.Errorf("right after Restart: %+v", got)
		}
		s.settle(10 * time.Second)
		got := s.service("a")
		if got.Phase != Running || got.Ready != 3 || got.Release != before || got.Generation != 1 || !got.Rolled {
			s.Errorf("after a restart: %+v", got)
		}
		for _, i := range got.Instances {
			if i.Generation != 1 {
				s.Errorf("%s is of generation %d", i.ID, i.Generation)
			}
		}
		if least, seen := s.instances.leastOf("a"); !seen || least < 3 {
			s.Errorf("at least %d of 3 were ready (seen %v)", least, seen)
		}
		if e := s.journal.find(journal.Restart, "a"); len(e) != 1 || e[0].Why != operator {
			s.Errorf("the journal has %+v", e)
		}
	})
}

func TestScale(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		for _, n := range []int{3, 1, 0, 2} {
			if err := s.Scale("a", n); err != nil {
				s.Fatal(err)
			}
			if s.expected.of("a") != n {
				s.Errorf("callers expect %d, want %d", s.expected.of("a"), n)
			}
			s.settle(3 * time.Second)
			if got := s.service("a"); got.Ready != n || got.Desired != n || len(got.Instances) != n {
				s.Errorf("scaled to %d: %+v", n, got)
			}
		}
		for _, n := range []int{-1, 65} {
			var c *problem.Cause
			if err := s.Scale("a", n); !errors.As(err, &c) || c.Code != diag.BadArgument {
				s.Errorf("scaling to %d: %v", n, err)
			}
		}
	})
}

func TestStopAndStart(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a", "b>a"))
		s.settle(time.Second)
		if err := s.Stop([]string{"a"}); err != nil {
			s.Fatal(err)
		}
		if s.expected.of("a") != 0 {
			s.Error("callers wait for a stopped service")
		}
		if why := s.expected.because("a"); why != "a was stopped by the operator; banyan start a starts it" {
			s.Errorf("they are told %q", why)
		}
		s.phase("a", Stopping)
		s.settle(time.Second)
		s.phase("a", Stopped)
		s.phase("b", Running)
		s.ids("b.1")
		if err := s.Start(nil); err != nil {
			s.Fatal(err)
		}
		if s.expected.of("a") != 1 {
			s.Error("callers do not wait for a service that is started")
		}
		if err := s.Scale("a", 0); err != nil || s.expected.because("a") != "a was scaled to 0 by the operator; banyan start a starts it" {
			s.Errorf("scaled to 0 it says %q, %v", s.expected.because("a"), err)
		}
		if err := s.Scale("a", 1); err != nil || s.expected.because("a") != "" {
			s.Errorf("scaled up again it says %q, %v", s.expected.because("a"), err)
		}
		s.settle(time.Second)
		s.phase("a", Running)
		if got := s.instances.mark("b.1"); got.Generation != 0 {
			s.Error("start touched a service that ran")
		}
	})
}

func TestStartRetriesWhatKeepsEnding(t *testing.T) {
	in(t, func(s *stage) {
		s.instances.breakService("a", true)
		s.begin(appOf("a", "b"))
		s.settle(time.Second)
		got := s.service("a")
		if got.Phase != Failed || got.Problem == nil || got.Problem.Code != diag.CrashLoop {
			s.Fatalf("a is %+v", got)
		}
		s.phase("b", Running)
		s.instances.breakService("a", false)
		if err := s.Start([]string{"a"}); err != nil {
			s.Fatal(err)
		}
		if s.service("a").Phase == Failed {
			s.Error("right after Start it still is failed")
		}
		s.settle(2 * time.Second)
		s.phase("a", Running)
		if s.service("a").Problem != nil {
			s.Error("its problem stays")
		}
	})
}

func TestAnUnknownServiceIsNamed(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("payments", "orders"))
		s.settle(time.Second)
		for name, err := range map[string]error{
			"start": s.Start([]string{"paymnts"}), "stop": s.Stop([]string{"orders", "paymnts"}),
			"restart": s.Restart([]string{"paymnts"}), "scale": s.Scale("paymnts", 2),
		} {
			var c *problem.Cause
			if !errors.As(err, &c) || c.Code != diag.NoSuchService || !strings.Contains(c.Detail, `"payments"`) {
				s.Errorf("%s: %v", name, err)
			}
		}
		s.settle(time.Second)
		s.phase("orders", Running) // one wrong name, and nothing was done
	})
}

func TestTouchedReplacesOnlyWhatChanged(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Replicas.Count = 2 })
		s.begin(app)
		s.settle(time.Second)
		s.instances.deeds()
		s.Touched("a", []string{"main.go"})
		s.settle(5 * time.Second)
		if deeds := s.instances.deeds(); len(deeds) != 0 {
			s.Errorf("nothing in it changed, and %v", deeds)
		}
		s.instances.watchLeast()
		s.builder.edit("/shop/a", "edited")
		s.Touched("a", []string{"main.go", "x.go"})
		s.settle(5 * time.Second)
		if got := s.service("a"); got.Phase != Running || !strings.HasPrefix(got.Release, "2-") {
			s.Errorf("after an edit: %+v", got)
		}
		if least, _ := s.instances.leastOf("a"); least < 2 {
			s.Errorf("only %d were ready", least)
		}
		if e := s.journal.find(journal.Release, "a"); len(e) != 2 || e[1].Why != "main.go and x.go changed" {
			s.Errorf("the journal has %+v", e)
		}
		s.builder.edit("/shop/a", "")
		s.Touched("a", []string{"main.go"})
		s.settle(5 * time.Second)
		if got := s.service("a"); !strings.HasPrefix(got.Release, "1-") {
			s.Errorf("what was before is release %s", got.Release)
		}
	})
}

func TestTheFileItselfIsNoSource(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Dir, a.Watch.Paths = "/shop", []string{"**"} })
		s.begin(app)
		s.settle(time.Second)
		s.instances.deeds()
		s.Touched("a", []string{"banyan.yaml", "/shop/banyan.local.yaml"})
		s.settle(5 * time.Second)
		if deeds := s.instances.deeds(); len(deeds) != 0 {
			s.Errorf("the file changed, and %v", deeds)
		}
		s.Touched("a", []string{"ignored/by-git"})
		s.settle(5 * time.Second)
		if got := s.service("a"); got.Generation != 1 || got.Phase != Running {
			s.Errorf("a file that a pattern names changed: %+v", got)
		}
	})
}

func TestAStormOfChangesIsSlowedDown(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		s.builder.builds()
		n := 0
		for range 300 { // something writes a source every 200 ms, for a minute
			n++
			s.builder.edit("/shop/a", strings.Repeat("x", n))
			s.Touched("a", []string{"data.db"})
			s.settle(200 * time.Millisecond)
		}
		if built := len(s.builder.builds()); built > 12 {
			s.Errorf("built %d times in a minute", built)
		}
		if e := s.journal.find(journal.Notice, "a"); len(e) != 1 || e[0].Why != "data.db is written by its build or the service itself; add it to watch.ignore" {
			s.Errorf("the journal has %+v", e)
		}
		s.settle(time.Minute)
		s.phase("a", Running)
		if p := s.service("a").Problem; p == nil || !strings.HasPrefix(p.Likely, "data.db is written by") {
			s.Errorf("its problem is %+v", p)
		}
		s.builder.builds()
		s.builder.edit("/shop/a", "calm again")
		s.Touched("a", []string{"main.go"})
		s.settle(1100 * time.Millisecond)
		if built := s.builder.builds(); len(built) != 1 {
			s.Errorf("after a rest %v was built", built)
		}
		s.settle(3 * time.Second)
		if p := s.service("a").Problem; p != nil {
			s.Errorf("after a rest it says %+v", p)
		}
	})
}

func TestDownStopsCallersFirst(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a>b,c", "b>d", "c>d", "d", "e>f", "f>e"))
		s.settle(time.Second)
		if err := s.Scale("d", 2); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Second)
		s.instances.deeds()
		if err := s.Down(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.ids()
		deeds := s.instances.deeds()
		index := func(deed string) int { return slices.Index(deeds, deed) }
		for _, pair := range [][2]string{{"gone a.1", "end b.1"}, {"gone a.1", "end c.1"}, {"gone b.1", "end d.1"}, {"gone c.1", "end d.2"}} {
			if first, then := index(pair[0]), index(pair[1]); first < 0 || then < 0 || first > then {
				s.Errorf("%s comes before %s in %v", pair[1], pair[0], deeds)
			}
		}
		if index("end b.1") > index("gone c.1") || index("end c.1") > index("gone b.1") {
			s.Errorf("one layer is not stopped at once: %v", deeds)
		}
		s.phase("d", Stopped)
		if s.expected.of("d") != 0 {
			s.Error("callers wait for what is down")
		}
		r := readRecord(s.means)
		if r.Services["d"].Within != (within{}) {
			s.Errorf("wishes are kept: %+v", r.Services["d"].Within)
		}
		if !r.Down {
			s.Error("the next control process of the run would start everything again")
		}
		s.means.Run = "run2"
		if r := readRecord(s.means); r.Down {
			s.Error("another run would start nothing")
		}
	})
}

func TestWhatIsToStopIsKeptBeforeItIsSaid(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		if err := s.Leave(); err != nil {
			s.Fatal(err)
		}
		if r := readRecord(s.means); !r.Down || !s.Leaving() {
			s.Errorf("the record is %+v", r)
		}
		if err := s.Down(s.Context()); err != nil {
			s.Error(err)
		}
	})
}

func TestDownEndsWithItsContext(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		ctx, cancel := context.WithTimeout(s.Context(), stopTime/2)
		defer cancel()
		if err := s.Down(ctx); !errors.Is(err, context.DeadlineExceeded) {
			s.Errorf("Down: %v", err)
		}
		if !s.Leaving() {
			s.Error("it does not leave")
		}
		s.Apply(appOf("a", "b"), "too late")
		for _, err := range []error{s.Start(nil), s.Stop(nil), s.Restart([]string{"a"}), s.Scale("a", 3)} {
			if c := problem.CauseOf(err); err == nil || c.Code != diag.NotRunning {
				s.Errorf("what is forgotten was not refused: %v", err)
			}
		}
		if c := problem.CauseOf(s.Stop([]string{"x"})); c.Code != diag.NoSuchService {
			s.Errorf("an unknown name: %v", c)
		}
		s.settle(time.Second)
		s.ids()
	})
}

func TestTakingOverRestartsNothing(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a", "b>a", "c"), "b", func(b *graph.Service) { b.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		for _, err := range []error{s.Restart([]string{"b"}), s.Scale("a", 3), s.Stop([]string{"c"})} {
			if err != nil {
				s.Fatal(err)
			}
		}
		s.settle(5 * time.Second)
		before := s.service("b")
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.instances.deeds()
		s.builder.builds()
		s.builder.edit("/shop/b", "edited while nobody looked")

		s.begin(app)
		s.settle(5 * time.Second)
		if deeds, built := s.instances.deeds(), s.builder.builds(); len(deeds)+len(built) != 0 {
			s.Errorf("a new control process did %v and built %v", deeds, built)
		}
		if after := s.service("b"); after.Release != before.Release || after.Generation != 1 || after.Phase != Running {
			s.Errorf("b is %+v, was %+v", after, before)
		}
		if got := s.service("a"); got.Desired != 3 || got.Ready != 3 {
			s.Errorf("the scale is forgotten: %+v", got)
		}
		s.phase("c", Stopped)
		s.end()

		s.means.Run = "run2"
		s.begin(app)
		if got := s.service("a"); got.Desired != 1 {
			s.Errorf("a wish of another run holds: %+v", got)
		}
	})
}

func TestALostRecordKeepsTheNumberOfWhatRuns(t *testing.T) {
	in(t, func(s *stage) {
		app := appOf("a")
		s.begin(app)
		s.settle(time.Second)
		for _, text := range []string{"1", "2"} {
			s.builder.edit("/shop/a", text)
			s.Touched("a", nil)
			s.settle(3 * time.Second)
		}
		if err := s.Restart(nil); err != nil {
			s.Fatal(err)
		}
		s.settle(3 * time.Second)
		before := s.service("a").Release
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.instances.deeds()
		s.means.Folder = s.TempDir()
		s.begin(app)
		s.settle(3 * time.Second)
		if got := s.service("a").Release; got != before || !strings.HasPrefix(got, "3-") {
			s.Errorf("release is %s, was %s", got, before)
		}
		if deeds := s.instances.deeds(); len(deeds) != 0 {
			s.Errorf("it did %v", deeds)
		}
	})
}

func TestAWorkThatWasCutOffGoesOn(t *testing.T) {
	in(t, func(s *stage) {
		app := edited(appOf("a"), "a", func(a *graph.Service) { a.Build.Argv = []string{"make"} })
		s.begin(app)
		s.settle(3 * time.Second)
		s.builder.edit("/shop/a", "edited")
		s.Touched("a", []string{"main.go"})
		s.settle(500 * time.Millisecond)
		if err := s.Close(); err != nil { // while it is built
			s.Fatal(err)
		}
		s.builder.builds()
		s.begin(app)
		s.settle(3 * time.Second)
		if built := s.builder.builds(); len(built) != 1 {
			s.Errorf("built %v", built)
		}
		if e := s.journal.find(journal.Build, "a"); len(e) != 2 || e[1].Why != "main.go changed" {
			s.Errorf("the journal has %+v", e)
		}
		if got := s.service("a"); !strings.HasPrefix(got.Release, "2-") || got.Phase != Running {
			s.Errorf("a is %+v", got)
		}
	})
}

func TestADownThatWasCutOffStartsNothing(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a", "b>a"))
		s.settle(time.Second)
		ctx, cancel := context.WithTimeout(s.Context(), time.Millisecond)
		defer cancel()
		_ = s.Down(ctx)
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.instances.deeds()
		s.begin(appOf("a", "b>a"))
		if !s.Leaving() {
			s.Error("the next control process does not know that everything is being stopped")
		}
		if err := s.Down(s.Context()); err != nil {
			s.Fatal(err)
		}
		s.ids()
		if slices.ContainsFunc(s.instances.deeds(), func(d string) bool { return strings.HasPrefix(d, "keep") }) {
			s.Error("something was started")
		}
	})
}

func TestClosedItSaysSo(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.ids("a.1")
		if err := s.Restart(nil); !errors.Is(err, ErrClosed) {
			s.Errorf("Restart: %v", err)
		}
		if err := s.Down(s.Context()); !errors.Is(err, ErrClosed) {
			s.Errorf("Down: %v", err)
		}
		s.Apply(appOf("a"), "nothing happens")
	})
}

func TestBeginNeedsItsMeans(t *testing.T) {
	if _, err := Begin(t.Context(), appOf("a"), Means{}); err == nil {
		t.Error("Begin works without means")
	}
}

func TestANewestStateIsTold(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		for range 20 {
			all, version := s.Observe()
			if all[0].Phase == Running {
				return
			}
			<-s.Changed(version)
		}
		s.Error("twenty changes, and it does not run")
	})
}

func TestLastLinesAreFresh(t *testing.T) {
	in(t, func(s *stage) {
		s.begin(appOf("a"))
		s.settle(time.Second)
		_, version := s.Observe()
		s.instances.change(func() { s.instances.mu.all["a.1"].Lines = []string{"hello"} })
		s.settle(time.Second)
		all, now := s.Observe()
		if got := all[0].Instances[0].Lines; !slices.Equal(got, []string{"hello"}) {
			s.Errorf("lines are %v", got)
		}
		if now != version {
			s.Error("a line alone made a version")
		}
	})
}

var _ Instances = (*supervise.Supervisor)(nil)

func TestWhatChangedIsNamed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.go", "b.go", "c.go"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		says  string
		files []string
		want  string
	}{
		{"it is not known which", nil, "its sources changed"},
		{"one", []string{"a.go"}, "a.go changed"},
		{"an editor's draft is not named", []string{".a.swp", "a.go"}, "a.go changed"},
		{"a removed file is", []string{"old.go"}, "old.go changed"},
		{"two", []string{"a.go", filepath.Join(dir, "b.go")}, "a.go and " + filepath.Join(dir, "b.go") + " changed"},
		{"many", []string{"a.go", "b.go", "c.go"}, "a.go and 2 other files changed"},
	} {
		t.Run(row.says, func(t *testing.T) {
			if got := changedFiles(dir, row.files); got != row.want {
				t.Errorf("it says %q, want %q", got, row.want)
			}
		})
	}
}
