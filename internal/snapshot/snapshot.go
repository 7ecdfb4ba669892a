package snapshot

import (
	"context"
	"sync"
	"sync/atomic"
)

// Value holds the newest T. The zero Value holds the zero T at version 0.
type Value[T any] struct {
	current atomic.Pointer[version[T]]
	mu      struct{ sync.Mutex }
}

type version[T any] struct {
	value  T
	number uint64
	next   chan struct{} // closed when a newer version is there
}

// New returns a Value that holds first, at version 1.
func New[T any](first T) *Value[T] {
	v := &Value[T]{}
	v.Store(first)
	return v
}

// Load returns the newest value.
func (v *Value[T]) Load() T {
	value, _ := v.Version()
	return value
}

// Version returns the newest value and its number, which grows by one with each Store.
func (v *Value[T]) Version() (T, uint64) {
	if c := v.current.Load(); c != nil {
		return c.value, c.number
	}
	var zero T
	return zero, 0
}

// Store publishes value and returns its number.
func (v *Value[T]) Store(value T) uint64 {
	return v.Update(func(T) T { return value })
}

// Update publishes what change makes of the newest value; no other Store comes between. change must not call Value's methods.
func (v *Value[T]) Update(change func(T) T) uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	old := v.load()
	next := &version[T]{value: change(old.value), number: old.number + 1, next: make(chan struct{})}
	v.current.Store(next)
	close(old.next)
	return next.number
}

// Changed returns a channel that is closed when the version is no longer number: at once when it already is not.
func (v *Value[T]) Changed(number uint64) <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	c := v.load()
	if c.number == number {
		return c.next
	}
	closed := make(chan struct{})
	close(closed)
	return closed
}

// Await returns the first value, the newest included, of which ready says yes.
func (v *Value[T]) Await(ctx context.Context, ready func(T) bool) (T, error) {
	for {
		value, number := v.Version()
		if ready(value) {
			return value, nil
		}
		select {
		case <-v.Changed(number):
		case <-ctx.Done():
			return value, ctx.Err()
		}
	}
}

// load is the current version, made on first use. The caller holds mu.
func (v *Value[T]) load() *version[T] {
	c := v.current.Load()
	if c == nil {
		c = &version[T]{next: make(chan struct{})}
		v.current.Store(c)
	}
	return c
}
