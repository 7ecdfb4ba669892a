package reconcile

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/snapshot"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Reconciler keeps the services of an application as desired.
type Reconciler struct {
	means Means
	group *lifecycle.Group
	asks  chan ask
	// over is closed when the loop has ended.
	over  chan struct{}
	board snapshot.Value[[]Service]
	wants snapshot.Value[subset.Wish]
	// They hold a token for each piece of work that runs.
	hashing, building, saving chan struct{}
}

// ask is something that the loop does between two looks at the instances; done takes its error once the picture shows it.
type ask struct {
	do   func(*loop) error
	done chan error
}

// ErrClosed is returned by a Reconciler that was closed.
var ErrClosed = errors.New("the services are not kept any more")

// Begin begins to keep the services of app and returns when callers may expect them; nothing is ready then. What runs
// already is continued from what Means.Instances observes, without a restart. It works until ctx ends or Close; it
// fails when Means lacks what it needs.
func Begin(ctx context.Context, app *graph.App, m Means) (*Reconciler, error) {
	if app == nil || m.Instances == nil || m.Builder == nil || m.Expect == nil || m.Journal == nil {
		return nil, errors.New("beginning to keep the services: a means is missing")
	}
	if m.Builds <= 0 {
		m.Builds = runtime.NumCPU()
	}
	r := &Reconciler{
		means: m, group: lifecycle.NewGroup(ctx), asks: make(chan ask), over: make(chan struct{}),
		hashing: make(chan struct{}, runtime.NumCPU()), building: make(chan struct{}, m.Builds), saving: make(chan struct{}, 1),
	}
	l := &loop{Reconciler: r, app: app, kept: map[string]*kept{}, ending: map[string]bool{}, hurried: map[string]bool{}, expected: map[string]expectation{}, coming: map[string]int{}}
	version := l.begin()
	r.group.Go("the services", func(ctx context.Context) error {
		defer close(r.over)
		return l.run(ctx, version)
	})
	return r, nil
}

// Close lets go of everything without stopping an instance, and waits for its goroutines; builds are ended.
func (r *Reconciler) Close() error {
	err := r.group.Stop(context.Background())
	if saved := r.means.Builder.Save(); saved != nil {
		err = errors.Join(err, fmt.Errorf("letting go of the services: %w", saved))
	}
	return err
}

// Observe returns the services callees first, removed ones last, and the version to wait on. The slices are the caller's.
func (r *Reconciler) Observe() ([]Service, uint64) {
	board, version := r.board.Version()
	lines := map[string][]string{}
	statuses, _ := r.means.Instances.Observe()
	for _, s := range statuses {
		lines[s.ID] = s.Lines
	}
	all := slices.Clone(board)
	for i := range all {
		all[i].Instances = slices.Clone(all[i].Instances)
		for j := range all[i].Instances {
			all[i].Instances[j].Lines = lines[all[i].Instances[j].ID]
		}
	}
	return all, version
}

// Changed is closed when version is no longer the newest; new lines alone make no version.
func (r *Reconciler) Changed(version uint64) <-chan struct{} { return r.board.Changed(version) }

// ask has the loop do something and returns when Observe shows it.
func (r *Reconciler) ask(do func(*loop) error) error {
	a := ask{do, make(chan error, 1)}
	select {
	case r.asks <- a:
	case <-r.over:
		return ErrClosed
	}
	select {
	case err := <-a.done:
		return err
	case <-r.over:
		return ErrClosed
	}
}

// loop is what one goroutine owns.
type loop struct {
	*Reconciler
	app  *graph.App
	kept map[string]*kept
	// order is all that is kept, callees first, then what was removed.
	order    []*kept
	record   *record
	written  []byte
	told     bool
	statuses map[string][]supervise.Status
	// ending holds the ids of instances that were told to end and are still there: until they are seen draining they look
	// ready, and must not be counted on.
	ending map[string]bool
	// hurried are those whose draining was bounded because everything stops.
	hurried  map[string]bool
	expected map[string]expectation
	// coming are the services that a graph which was announced brings into the set.
	coming map[string]int
	// set is which services are to run.
	set subset.Set
	// down is nil until everything is to stop, and closed when nothing is left.
	down chan struct{}
}

func (l *loop) run(ctx context.Context, version uint64) error {
	for {
		timer, stop := l.timer()
		select {
		case <-ctx.Done():
			stop()
			return nil
		case a := <-l.asks:
			err := a.do(l)
			version = l.pass()
			if a.done != nil {
				a.done <- err
			}
		case <-l.means.Instances.Changed(version):
			version = l.pass()
		case <-timer:
			version = l.pass()
		}
		stop()
	}
}

// timer fires when work that was put off may begin.
func (l *loop) timer() (<-chan time.Time, func() bool) {
	var next time.Time
	for _, k := range l.order {
		if at := k.need.notBefore; l.due(k) && !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	if next.IsZero() {
		return nil, func() bool { return true }
	}
	t := time.NewTimer(time.Until(next))
	return t.C, t.Stop
}

// pass looks at the instances once and does what is missing. It returns the version of what it saw: its own deeds change
// that, so another pass follows until nothing is left to do.
func (l *loop) pass() uint64 {
	version := l.observe()
	l.expect()
	for _, k := range l.order {
		l.prepare(k)
	}
	l.remember()
	for _, k := range l.order {
		l.act(k)
		l.followUp(k)
	}
	l.drop()
	l.publish()
	l.finish()
	return version
}

// observe sorts the instances by service. One that is gone may be kept again under the same number.
func (l *loop) observe() uint64 {
	statuses, version := l.means.Instances.Observe()
	l.statuses = map[string][]supervise.Status{}
	there := map[string]bool{}
	for _, s := range statuses {
		s.Lines = nil
		there[s.ID] = true
		l.statuses[s.Service] = append(l.statuses[s.Service], s)
	}
	for id := range l.ending {
		if !there[id] {
			delete(l.ending, id)
		}
	}
	return version
}

func (l *loop) note(subject, text, why string) {
	l.means.Journal.Record(journal.Entry{Kind: journal.Notice, Subject: subject, Text: text, Why: why})
}
