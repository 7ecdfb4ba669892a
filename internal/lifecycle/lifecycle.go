package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// Group is a set of goroutines that end together: when one fails, when its parent's context ends, or at Stop.
type Group struct {
	cancel context.CancelCauseFunc
	begun  func(run func(context.Context))
	all    sync.WaitGroup
	mu     struct {
		sync.Mutex
		failures []error
		closers  []closer
		stopped  bool
	}
}

type closer struct {
	name  string
	close func(context.Context) error
}

// ErrStopped is the cause of the context of a group that was stopped.
var ErrStopped = errors.New("stopped")

// NewGroup returns a group that ends with parent.
func NewGroup(parent context.Context) *Group {
	ctx, cancel := context.WithCancelCause(parent)
	g := &Group{cancel: cancel}
	g.begun = func(run func(context.Context)) { g.all.Go(func() { run(ctx) }) }
	return g
}

// Go runs f in a goroutine of the group, and tells whether it does: a group that was stopped runs nothing. An error other than the
// context's own end ends the group.
func (g *Group) Go(name string, f func(context.Context) error) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mu.stopped {
		return false
	}
	g.begun(func(ctx context.Context) {
		err := f(ctx)
		if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, ErrStopped) {
			return
		}
		g.fail(fmt.Errorf("running %s: %w", name, err))
	})
	return true
}

// OnStop has close called at Stop, the last added first, before the goroutines are told to end.
func (g *Group) OnStop(name string, close func(context.Context) error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.mu.closers = append(g.mu.closers, closer{name, close})
}

// Stop calls the closers in reverse order, ends the goroutines and waits for them; ctx bounds the closers only.
func (g *Group) Stop(ctx context.Context) error {
	closers := g.seal()
	var failures []error
	for i := len(closers) - 1; i >= 0; i-- {
		if err := closers[i].close(ctx); err != nil {
			failures = append(failures, fmt.Errorf("stopping %s: %w", closers[i].name, err))
		}
	}
	g.cancel(ErrStopped)
	return errors.Join(append(failures, g.Wait())...)
}

// Wait returns when every goroutine has ended, with their failures joined.
func (g *Group) Wait() error {
	g.all.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.mu.failures...)
}

func (g *Group) seal() []closer {
	g.mu.Lock()
	defer g.mu.Unlock()
	closers := g.mu.closers
	g.mu.stopped, g.mu.closers = true, nil
	return closers
}

func (g *Group) fail(err error) {
	g.mu.Lock()
	g.mu.failures = append(g.mu.failures, err)
	g.mu.Unlock()
	g.cancel(err)
}
