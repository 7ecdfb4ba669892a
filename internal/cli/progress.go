package cli

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// again is the pause before the next control process is looked for.
const again = 20 * time.Millisecond

// progress yields the services at each change, over deaths of the control process, until ctx ends or gone is closed.
func progress(ctx context.Context, client *api.Client, gone <-chan struct{}) iter.Seq[[]api.Service] {
	return beyond(ctx, client.Progress, gone)
}

// deeds yields what the platform did lately and does from now on, in the same way; after a death some of it comes again.
func deeds(ctx context.Context, client *api.Client, gone <-chan struct{}) iter.Seq[api.Deed] {
	const lately = 50
	return beyond(ctx, func(ctx context.Context) iter.Seq2[api.Deed, error] { return client.FollowJournal(ctx, lately) }, gone)
}

// beyond follows a stream, and the next one of its kind when it breaks.
func beyond[T any](ctx context.Context, follow func(context.Context) iter.Seq2[T, error], gone <-chan struct{}) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			for v, err := range follow(ctx) {
				if err != nil {
					break
				}
				if !yield(v) {
					return
				}
			}
			if !pause(ctx, gone) {
				return
			}
		}
	}
}

// lasting follows a stream over deaths of the control process, until the application ends or ctx does. What else goes wrong is
// its last error.
func lasting[T any](ctx context.Context, follow func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			for v, err := range follow(ctx) {
				switch {
				case errors.Is(err, api.ErrBroken):
				case errors.Is(err, api.ErrNotRunning), ctx.Err() != nil:
					return
				case !yield(v, err), err != nil:
					return
				}
			}
			if !pause(ctx, nil) {
				return
			}
		}
	}
}

// concluded says why a stream is over that went well so far.
func (s *shell) concluded(ctx context.Context) error {
	if ctx.Err() != nil {
		return silently(exitInterrupted)
	}
	if at, err := s.place(); err == nil && at.lives() {
		return s.running(api.ErrNotRunning)
	}
	s.note("%s\n", s.paint(terminal.Dim, "the application ended"))
	return nil
}

// pause waits before the next try and tells whether there is one.
func pause(ctx context.Context, gone <-chan struct{}) bool {
	timer := time.NewTimer(again)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
	case <-gone:
	}
	return false
}
