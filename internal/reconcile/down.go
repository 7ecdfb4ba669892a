package reconcile

import (
	"context"
	"fmt"
)

// Leaving tells whether a Down began, in this control process or, within the run, in one before that did not finish it.
func (r *Reconciler) Leaving() bool {
	leaving := false
	_ = r.ask(func(l *loop) error { leaving = l.down != nil; return nil })
	return leaving
}

// Leave begins a Down. When it returns that is kept: a control process that takes over within the run goes on with it.
func (r *Reconciler) Leave() error {
	_, err := r.leave()
	return err
}

// leave begins to stop everything; the channel is closed when nothing is left.
func (r *Reconciler) leave() (ended <-chan struct{}, err error) {
	err = r.ask(func(l *loop) error {
		if l.down == nil {
			l.down, l.record.Down = make(chan struct{}), true
			for _, k := range l.order {
				if k.job != nil {
					k.job.cancel()
				}
			}
		}
		ended = l.down
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("stopping the services: %w", err)
	}
	return ended, nil
}

// Down stops everything, callers before what they call, and forgets the operator's wishes. It returns when nothing is left,
// or when ctx ends; what is under way goes on then until Close. Nothing is started any more.
func (r *Reconciler) Down(ctx context.Context) error {
	ended, err := r.leave()
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stopping the services: %w", context.Cause(ctx))
	case <-r.over:
		return fmt.Errorf("stopping the services: %w", ErrClosed)
	}
}
