package supervise

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

// stage is a supervisor among fakes.
type stage struct {
	*testing.T
	*Supervisor
	processes *fakeProcesses
	prober    *fakeProber
	registry  *registry.Registry
	journal   *fakeJournal
	exits     chan keeper.Event
	// deeds are what was done to the registry, to traffic and to processes, in order.
	deeds *deeds
	means Means
}

// in runs a test in a bubble.
func in(t *testing.T, test func(s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.begin()
		defer func() {
			if err := s.Close(); err != nil {
				s.Error(err)
			}
		}()
		test(s)
	})
}

func newStage(t *testing.T) *stage {
	s := &stage{T: t, registry: registry.New(), journal: &fakeJournal{}, exits: make(chan keeper.Event, 100), deeds: &deeds{}}
	s.processes = &fakeProcesses{exits: s.exits, deeds: s.deeds, stopping: 100 * time.Millisecond}
	s.processes.mu.running = map[string]keeper.Child{}
	s.prober = &fakeProber{answers: func(string) error { return nil }}
	port := 40000
	s.means = Means{
		Processes: s.processes, Exits: s.exits, Run: "r1", Environ: []string{"PATH=/bin"}, Prober: s.prober,
		Port:     func(string, bool) (int, error) { port++; return port, nil },
		Edge:     func(caller, callee string) (string, bool) { return "127.0.0.1:5000", true },
		Traffic:  s.deeds,
		Registry: listed{s.registry, s.deeds}, Journal: s.journal, Folder: t.TempDir(),
		Reason: func(f Failure) string { return fmt.Sprintf("code %d", f.Code) },
		Debug:  standIn,
	}
	return s
}

// missingPort is the port of a session whose debugger is not installed.
const missingPort = 1

// standIn is a debugger: it starts the service by another program, with one variable less and one more.
func standIn(d debugger.Session, service *graph.Service, environ func(name string) string) (debugger.Start, error) {
	if d.Port == missingPort || environ("PATH") == "" {
		return debugger.Start{}, diag.At(diag.Position{}, diag.ProgramMissing, "no debugger")
	}
	return debugger.Start{Argv: append([]string{"inspect", d.Address()}, service.Run.Argv...), Set: map[string]string{"CURRENCY": "", "NODE_OPTIONS": "x"}}, nil
}

func (s *stage) begin() { s.Supervisor = Begin(s.Context(), s.means) }

func (s *stage) settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (s *stage) keep(o Order) {
	s.Helper()
	if err := s.Keep(o); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) status(id string) Status {
	s.Helper()
	all, _ := s.Observe()
	for _, one := range all {
		if one.ID == id {
			return one
		}
	}
	s.Fatalf("%s is not kept: %v", id, all)
	return Status{}
}

func (s *stage) listed(id string) registry.State {
	i, _ := s.registry.Snapshot().Find(id)
	return i.State
}

// state checks both what is told and what is listed.
func (s *stage) state(id string, want State, listed registry.State) {
	s.Helper()
	if got := s.status(id); got.State != want {
		s.Errorf("%s is %s (%s), want %s", id, got.State, got.Reason, want)
	}
	if got := s.listed(id); got != listed {
		s.Errorf("%s is listed as %q, want %q", id, got, listed)
	}
}

func orders() Order {
	service := &graph.Service{
		Name: "orders", At: diag.Position{File: "banyan.yaml", Line: 4, Column: 3}, Dir: "/shop/orders", Grace: 2 * time.Second,
		Run:   graph.Command{Argv: []string{"node", "server.js"}, At: diag.Position{File: "banyan.yaml", Line: 5, Column: 5}},
		Env:   []graph.Variable{{Name: "CURRENCY", Value: "EUR"}},
		Calls: []*graph.Call{{To: "catalog"}},
		Health: graph.Health{
			Kind: graph.ByHTTP, Path: "/healthz", Interval: 2 * time.Second, Timeout: time.Second, Threshold: 3, Within: 10 * time.Second,
			At: diag.Position{File: "banyan.yaml", Line: 7, Column: 5},
		},
	}
	app := &graph.App{Name: "shop", Environment: graph.Local, Services: []*graph.Service{service}}
	return Order{App: app, Service: service, Number: 1, Release: "1-aaaa", Why: "banyan up"}
}

// deeds is what was done, in order; it is the traffic as well.
type deeds struct {
	mu struct {
		sync.Mutex
		all   []string
		drain time.Duration
	}
}

func (d *deeds) add(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.all = append(d.mu.all, text)
}

func (d *deeds) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.mu.all
	d.mu.all = nil
	return all
}

// slow makes draining take so long.
func (d *deeds) slow(drain time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mu.drain = drain
}

func (d *deeds) Drained(ctx context.Context, instance string) error {
	d.add("drain " + instance)
	d.mu.Lock()
	drain := d.mu.drain
	d.mu.Unlock()
	select {
	case <-time.After(drain):
		d.add("drained " + instance)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

type listed struct {
	*registry.Registry
	deeds *deeds
}

func (l listed) Put(i registry.Instance) {
	l.deeds.add(fmt.Sprintf("list %s %s", i.ID, i.State))
	l.Registry.Put(i)
}

func (l listed) Remove(id string) {
	l.deeds.add("unlist " + id)
	l.Registry.Remove(id)
}

// fakeProcesses is a keeper.
type fakeProcesses struct {
	exits    chan keeper.Event
	deeds    *deeds
	stopping time.Duration
	mu       struct {
		sync.Mutex
		running map[string]keeper.Child
		specs   []keeper.Spec
		pid     int
		refusal error
		// stillborn processes end before Start returns; forced ones must be killed.
		stillborn, forced bool
	}
}

func (p *fakeProcesses) Start(spec keeper.Spec) (keeper.Child, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.refusal != nil {
		return keeper.Child{}, p.mu.refusal
	}
	p.mu.pid++
	child := keeper.Child{Key: spec.Key, PID: p.mu.pid, Argv: spec.Argv, Started: time.Now(), Meta: spec.Meta}
	p.mu.specs = append(p.mu.specs, spec)
	p.mu.running[spec.Key] = child
	if p.mu.stillborn {
		p.exits <- keeper.Event{Key: spec.Key, PID: child.PID, Exit: keeper.Exit{Code: 3, At: time.Now()}}
	}
	return child, nil
}

func (p *fakeProcesses) Stop(ctx context.Context, key string, grace time.Duration) (keeper.Exit, error) {
	p.deeds.add(fmt.Sprintf("stop %s within %s", key, grace))
	select {
	case <-time.After(p.stopping):
	case <-ctx.Done():
		return keeper.Exit{}, keeper.ErrDetached
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.mu.running[key]; !there {
		return keeper.Exit{}, keeper.ErrNoChild
	}
	return keeper.Exit{Forced: p.mu.forced}, nil
}

func (p *fakeProcesses) Forget(key string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.mu.running, key)
	return nil
}

func (p *fakeProcesses) Children() []keeper.Child {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []keeper.Child
	for _, c := range p.mu.running {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b keeper.Child) int { return a.PID - b.PID })
	return all
}

// end lets a process end by itself, and returns when nobody has anything left to do about it.
func (p *fakeProcesses) end(key string, exit keeper.Exit) {
	p.mu.Lock()
	child := p.mu.running[key]
	exit.At = time.Now()
	child.Exited = &exit
	p.mu.running[key] = child
	p.mu.Unlock()
	p.exits <- keeper.Event{Key: key, PID: child.PID, Exit: exit}
	synctest.Wait()
}

func (p *fakeProcesses) set(change func(*fakeProcesses)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

// fakeProber answers as the test says; a hanging probe ends with its context.
type fakeProber struct {
	mu      sync.Mutex
	answers func(address string) error
	h2      bool
}

var errHangs = errors.New("hangs")

func (f *fakeProber) set(answers func(string) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers = answers
}

func (f *fakeProber) fails(text string) {
	f.set(func(string) error { return errors.New(text) })
}

func (f *fakeProber) passes() { f.set(func(string) error { return nil }) }

func (f *fakeProber) Probe(ctx context.Context, address string, _ graph.Health) error {
	f.mu.Lock()
	answers := f.answers
	f.mu.Unlock()
	err := answers(address)
	if errors.Is(err, errHangs) {
		<-ctx.Done()
		return ctx.Err()
	}
	return err
}

func (f *fakeProber) Speaks(context.Context, string, graph.Protocol) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.h2, nil
}

func (f *fakeProber) Reach(ctx context.Context, url string) error {
	return f.Probe(ctx, url, graph.Health{})
}

type fakeJournal struct {
	mu      sync.Mutex
	entries []journal.Entry
}

func (j *fakeJournal) Record(e journal.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
}

func (j *fakeJournal) find(kind journal.Kind) []journal.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.entries), func(e journal.Entry) bool { return e.Kind != kind })
}
