package telemetry

import (
	"context"
	"errors"
	"sync"
)

// Feed hands each value to every follower. The zero Feed has none.
type Feed[T any] struct {
	mu struct {
		sync.Mutex
		followers map[*Follower[T]]struct{}
	}
}

// Follower receives what is published after it was made, in a ring of its own: one that is slow loses the oldest.
type Follower[T any] struct {
	feed  *Feed[T]
	wants func(*T) bool
	ready chan struct{}
	mu    struct {
		sync.Mutex
		ring   []T
		limit  int
		lost   uint64
		closed bool
	}
}

// ErrClosed is what Next returns after Close.
var ErrClosed = errors.New("the follower is closed")

// Follow adds a follower that holds at most limit values and takes those that wants says yes to; nil takes all.
func (f *Feed[T]) Follow(limit int, wants func(*T) bool) *Follower[T] {
	follower := &Follower[T]{feed: f, wants: wants, ready: make(chan struct{}, 1)}
	follower.mu.limit = max(limit, 1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mu.followers == nil {
		f.mu.followers = make(map[*Follower[T]]struct{})
	}
	f.mu.followers[follower] = struct{}{}
	return follower
}

// Publish never blocks.
func (f *Feed[T]) Publish(values ...T) {
	f.mu.Lock()
	followers := make([]*Follower[T], 0, len(f.mu.followers))
	for follower := range f.mu.followers {
		followers = append(followers, follower)
	}
	f.mu.Unlock()
	for _, follower := range followers {
		follower.take(values)
	}
}

// Close ends all followers.
func (f *Feed[T]) Close() {
	f.mu.Lock()
	followers := f.mu.followers
	f.mu.followers = nil
	f.mu.Unlock()
	for follower := range followers {
		follower.end()
	}
}

func (f *Follower[T]) take(values []T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range values {
		if f.wants != nil && !f.wants(&values[i]) {
			continue
		}
		if len(f.mu.ring) == f.mu.limit {
			f.mu.ring = f.mu.ring[1:]
			f.mu.lost++
		}
		f.mu.ring = append(f.mu.ring, values[i])
	}
	if len(f.mu.ring) > 0 {
		f.signal()
	}
}

func (f *Follower[T]) signal() {
	select {
	case f.ready <- struct{}{}:
	default:
	}
}

// Next waits for values and returns all that are there, oldest first, and how many were lost before them since the last Next.
// One goroutine calls it.
func (f *Follower[T]) Next(ctx context.Context) (values []T, lost uint64, err error) {
	for {
		values, lost, closed := f.drain()
		if len(values) > 0 {
			return values, lost, nil
		}
		if closed {
			return nil, 0, ErrClosed
		}
		select {
		case <-f.ready:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

func (f *Follower[T]) drain() (values []T, lost uint64, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	values, lost = f.mu.ring, f.mu.lost
	f.mu.ring, f.mu.lost = nil, 0
	return values, lost, f.mu.closed
}

// Close ends the follower; it may be called more than once.
func (f *Follower[T]) Close() {
	f.feed.mu.Lock()
	delete(f.feed.mu.followers, f)
	f.feed.mu.Unlock()
	f.end()
}

func (f *Follower[T]) end() {
	f.mu.Lock()
	f.mu.closed = true
	f.mu.Unlock()
	f.signal()
}
