package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/rollout"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// The world of a test: instances become ready after boot and need stopTime to end; both are bubbles' time.
const (
	boot     = 400 * time.Millisecond
	stopTime = 300 * time.Millisecond
	// yielding is how long an instance that was told to end still looks as before: supervise's goroutine has to hear of it.
	yielding = 5 * time.Millisecond
)

// stage is a reconciler among fakes.
type stage struct {
	*testing.T
	*Reconciler
	instances *fakeInstances
	builder   *fakeBuilder
	journal   *fakeJournal
	expected  *expectations
	means     Means
}

func newStage(t *testing.T) *stage {
	s := &stage{T: t, instances: newFakeInstances(), builder: &fakeBuilder{}, journal: &fakeJournal{}, expected: &expectations{}}
	s.builder.mu.sources, s.builder.mu.broken = map[string]string{}, map[string]error{}
	s.means = Means{
		Instances: s.instances, Builder: s.builder, Journal: s.journal, Expect: s.expected.set, Folder: t.TempDir(), Run: "run1", Builds: 2,
	}
	return s
}

// begin begins, and lets go at the end of the test.
func (s *stage) begin(app *graph.App) {
	s.Helper()
	r, err := Begin(s.Context(), app, s.means)
	if err != nil {
		s.Fatal(err)
	}
	s.Reconciler = r
}

// end closes all that runs in the bubble.
func (s *stage) end() {
	s.Helper()
	if err := s.Close(); err != nil {
		s.Error(err)
	}
	s.instances.stop()
}

// settle waits in the bubble's time.
func (s *stage) settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *stage) service(name string) Service {
	s.Helper()
	all, _ := s.Observe()
	for _, one := range all {
		if one.Name == name {
			return one
		}
	}
	s.Fatalf("there is no service %s in %v", name, all)
	return Service{}
}

func (s *stage) phase(name string, want Phase) {
	s.Helper()
	if got := s.service(name); got.Phase != want {
		s.Errorf("%s is %s (%s), want %s", name, got.Phase, got.Doing, want)
	}
}

func (s *stage) ids(want ...string) {
	s.Helper()
	if got := s.instances.ids(); !slices.Equal(got, want) {
		s.Errorf("instances are %v, want %v", got, want)
	}
}

// fakeInstances behaves as supervise does, without processes.
type fakeInstances struct {
	mu struct {
		sync.Mutex
		all     map[string]*supervise.Status
		timers  []*time.Timer
		version uint64
		changed chan struct{}
		// broken services never become ready: their instances end at once, as often as it takes.
		broken map[string]bool
		deeds  []string
		orders map[string]supervise.Order
		// watch is called after each change, with the lock held by nobody.
		least map[string]int
		ends  []told
		// open is how long exchanges of a service last.
		open map[string]time.Duration
	}
}

func newFakeInstances() *fakeInstances {
	f := &fakeInstances{}
	f.mu.all, f.mu.broken, f.mu.changed = map[string]*supervise.Status{}, map[string]bool{}, make(chan struct{})
	f.mu.orders, f.mu.least = map[string]supervise.Order{}, map[string]int{}
	f.mu.open = map[string]time.Duration{}
	return f
}

// change does something and tells all who wait.
func (f *fakeInstances) change(do func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	do()
	f.mu.version++
	close(f.mu.changed)
	f.mu.changed = make(chan struct{})
}

// after does something later unless the stage is over.
func (f *fakeInstances) after(d time.Duration, do func()) {
	f.mu.timers = append(f.mu.timers, time.AfterFunc(d, func() { f.change(do) }))
}

func (f *fakeInstances) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.mu.timers {
		t.Stop()
	}
}

func (f *fakeInstances) Keep(o supervise.Order) error {
	var err error
	f.change(func() {
		if f.mu.all[o.ID()] != nil {
			err = fmt.Errorf("keeping %s: %w", o.ID(), supervise.ErrKept)
			f.mu.deeds = append(f.mu.deeds, "kept twice "+o.ID())
			return
		}
		f.mu.deeds = append(f.mu.deeds, "keep "+o.ID())
		f.mu.orders[o.ID()] = o
		f.put(o, supervise.Starting)
	})
	return err
}

func (f *fakeInstances) put(o supervise.Order, state supervise.State) {
	one := &supervise.Status{
		ID: o.ID(), Service: o.Service.Name, Number: o.Number, Release: o.Release, Generation: o.Generation, State: state, PID: 1000 + o.Number,
	}
	f.mu.all[one.ID] = one
	if f.mu.broken[one.Service] {
		f.crash(one)
		return
	}
	f.after(boot, func() {
		if f.mu.all[one.ID] == one && one.State == supervise.Starting {
			one.State, one.ReadyIn = supervise.Ready, boot
		}
	})
}

// crash makes an instance end again and again until it keeps ending.
func (f *fakeInstances) crash(one *supervise.Status) {
	one.State = supervise.Waiting
	one.Ends = one.Ends.Add(time.Now(), 0)
	one.Looping = one.Ends.Looping()
	one.Problem = &supervise.Problem{Code: diag.ExitedEarly, Text: one.ID + " ended", Instance: one.ID}
	if one.Looping {
		one.Problem.Code = diag.CrashLoop
		return
	}
	f.after(50*time.Millisecond, func() {
		if f.mu.all[one.ID] == one && one.State == supervise.Waiting {
			f.crash(one)
		}
	})
}

func (f *fakeInstances) End(id string, e supervise.Ending) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.deeds = append(f.mu.deeds, "end "+id)
	f.mu.ends = append(f.mu.ends, told{id, e})
	one := f.mu.all[id]
	if one == nil {
		f.mu.deeds = append(f.mu.deeds, "no such instance "+id)
		return
	}
	f.after(yielding, func() {
		if f.mu.all[id] == one {
			one.State = supervise.Draining
			f.lowest(one.Service)
		}
	})
	f.after(yielding+stopTime+min(f.mu.open[one.Service], e.Drain), func() {
		if f.mu.all[id] == one {
			delete(f.mu.all, id)
			f.mu.deeds = append(f.mu.deeds, "gone "+id)
		}
	})
}

// endings are what instances were told since the last call.
func (f *fakeInstances) endings() []told {
	f.mu.Lock()
	defer f.mu.Unlock()
	ends := f.mu.ends
	f.mu.ends = nil
	return ends
}

// lasting makes exchanges of a service last.
func (f *fakeInstances) lasting(service string, d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.open[service] = d
}

// lowest notes how few instances of a service were ready.
func (f *fakeInstances) lowest(service string) {
	n := 0
	for _, one := range f.mu.all {
		if one.Service == service && one.State == supervise.Ready {
			n++
		}
	}
	if least, known := f.mu.least[service]; !known || n < least {
		f.mu.least[service] = n
	}
}

func (f *fakeInstances) Observe() ([]supervise.Status, uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []supervise.Status
	for _, one := range f.mu.all {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b supervise.Status) int { return strings.Compare(a.ID, b.ID) })
	return all, f.mu.version
}

func (f *fakeInstances) Changed(version uint64) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if version == f.mu.version {
		return f.mu.changed
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

func (f *fakeInstances) ids() []string {
	all, _ := f.Observe()
	var ids []string
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	return ids
}

// deeds returns what was done since the last call.
func (f *fakeInstances) deeds() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	deeds := f.mu.deeds
	f.mu.deeds = nil
	return deeds
}

// watchLeast begins to note how few are ready.
func (f *fakeInstances) watchLeast() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.least = map[string]int{}
}

func (f *fakeInstances) leastOf(service string) (int, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, known := f.mu.least[service]
	return n, known
}

func (f *fakeInstances) breakService(name string, broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.broken[name] = broken
}

func (f *fakeInstances) order(id string) supervise.Order {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.orders[id]
}

func (f *fakeInstances) mark(id string) rollout.Mark {
	o := f.order(id)
	return rollout.Mark{Release: o.Release, Generation: o.Generation}
}

// fakeBuilder has sources as texts, by folder; a build takes a second.
type fakeBuilder struct {
	mu struct {
		sync.Mutex
		sources map[string]string
		broken  map[string]error
		built   []string
		running int
		most    int
	}
}

func (b *fakeBuilder) Build(ctx context.Context, spec runner.BuildSpec, output func(string, []byte)) error {
	b.enter(spec.Service, 1)
	defer b.enter("", -1)
	output("stdout", []byte("building"))
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mu.broken[spec.Service]
}

func (b *fakeBuilder) enter(service string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mu.running += n; n > 0 {
		b.mu.built = append(b.mu.built, service)
	}
	b.mu.most = max(b.mu.most, b.mu.running)
}

func (b *fakeBuilder) SourceHash(dir string, artifacts, _ []string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mu.sources[dir] + strings.Join(artifacts, ","), nil
}

func (b *fakeBuilder) Save() error { return nil }

func (b *fakeBuilder) edit(dir, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.sources[dir] = text
}

func (b *fakeBuilder) breakBuild(service string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mu.broken[service] = err
}

// builds returns what was built since the last call, in no order.
func (b *fakeBuilder) builds() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	built := b.mu.built
	b.mu.built = nil
	slices.Sort(built)
	return built
}

type fakeJournal struct {
	mu struct {
		sync.Mutex
		entries []journal.Entry
	}
}

func (j *fakeJournal) Record(e journal.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.entries = append(j.mu.entries, e)
}

func (j *fakeJournal) find(kind journal.Kind, subject string) []journal.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.mu.entries), func(e journal.Entry) bool { return e.Kind != kind || e.Subject != subject })
}

type expectations struct {
	mu struct {
		sync.Mutex
		now map[string]int
		why map[string]string
	}
}

func (e *expectations) set(service string, n int, why string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.mu.now == nil {
		e.mu.now, e.mu.why = map[string]int{}, map[string]string{}
	}
	e.mu.now[service], e.mu.why[service] = n, why
}

// because is what callers are told of a service that is not there.
func (e *expectations) because(service string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mu.why[service]
}

func (e *expectations) of(service string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mu.now[service]
}

// appOf makes an application: "orders>catalog,payments" declares calls.
func appOf(services ...string) *graph.App {
	app := &graph.App{Name: "shop", Environment: graph.Local, Root: "/shop", File: "/shop/banyan.yaml"}
	for i, text := range services {
		name, calls, _ := strings.Cut(text, ">")
		s := &graph.Service{
			Name: name, At: at(10 * (i + 1)), Dir: "/shop/" + name, Run: graph.Command{Argv: []string{"serve", name}, At: at(10*(i+1) + 1)},
			Replicas: graph.Replicas{Count: 1}, Protocol: graph.Auto, Grace: graph.DefaultGrace,
			Health: graph.Health{Kind: graph.ByPort, Interval: time.Second, Timeout: time.Second, Within: time.Minute, Threshold: 3},
		}
		for _, to := range strings.FieldsFunc(calls, func(r rune) bool { return r == ',' }) {
			s.Calls = append(s.Calls, &graph.Call{To: to, At: at(10*(i+1) + 2), Timeout: graph.DefaultCallTimeout, Retry: graph.Retry{Attempts: 2}})
		}
		app.Services = append(app.Services, s)
	}
	slices.SortFunc(app.Services, func(a, b *graph.Service) int { return strings.Compare(a.Name, b.Name) })
	return app
}

func at(line int) diag.Position { return diag.Position{File: "banyan.yaml", Line: line, Column: 3} }

// edited is a copy of an app in which one service was changed.
func edited(app *graph.App, name string, change func(*graph.Service)) *graph.App {
	next := *app
	next.Services = slices.Clone(app.Services)
	for i, s := range next.Services {
		if s.Name == name {
			changed := *s
			changed.Env, changed.Calls = slices.Clone(s.Env), slices.Clone(s.Calls)
			change(&changed)
			next.Services[i] = &changed
		}
	}
	return &next
}

// without is a copy of an app that lacks a service and the calls to it.
func without(app *graph.App, name string) *graph.App {
	next := *app
	next.Services = nil
	for _, s := range app.Services {
		if s.Name == name {
			continue
		}
		changed := *s
		changed.Calls = slices.DeleteFunc(slices.Clone(s.Calls), func(c *graph.Call) bool { return c.To == name })
		next.Services = append(next.Services, &changed)
	}
	return &next
}

var errCompile = errors.New("main.go:3: undefined: x")

func failedBuild(service string) error {
	return &runner.BuildError{Service: service, Argv: []string{"make"}, Code: 2, Lines: []string{errCompile.Error()}}
}
