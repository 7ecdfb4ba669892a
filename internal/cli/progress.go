package cli

import (
	"context"
	"iter"
	"time"

	"github.com/banyan-run/banyan/internal/api"
)

// again is the pause before the next control process is looked for.
const again = 20 * time.Millisecond

// progress yields the services at each change, over deaths of the control process, until ctx ends or gone is closed.
func progress(ctx context.Context, client *api.Client, gone <-chan struct{}) iter.Seq[[]api.Service] {
	return beyond(ctx, client.Progress, gone)
}

// deeds yields what the platform does from now on, in the same way.
func deeds(ctx context.Context, client *api.Client, gone <-chan struct{}) iter.Seq[api.Deed] {
	return beyond(ctx, client.FollowJournal, gone)
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
