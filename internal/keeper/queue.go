package keeper

import "sync"

// queue is unbounded, so that who fills it never waits; what fills ours is bounded elsewhere (output by the spool's
// window, answers by the requests in flight, exits by the children).
type queue[T any] struct {
	// wake has a token when there may be something to take.
	wake chan struct{}
	mu   struct {
		sync.Mutex
		items []T
	}
}

func newQueue[T any](wake chan struct{}) *queue[T] { return &queue[T]{wake: wake} }

func (q *queue[T]) put(item T) {
	q.mu.Lock()
	q.mu.items = append(q.mu.items, item)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *queue[T]) take() (T, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	var item T
	if len(q.mu.items) == 0 {
		return item, false
	}
	item = q.mu.items[0]
	q.mu.items = q.mu.items[1:]
	if len(q.mu.items) == 0 {
		q.mu.items = nil
	}
	return item, true
}

// pump moves items into to until done is closed, and closes to then.
func (q *queue[T]) pump(to chan<- T, done <-chan struct{}) {
	defer close(to)
	for {
		item, some := q.take()
		if !some {
			select {
			case <-q.wake:
				continue
			case <-done:
				return
			}
		}
		select {
		case to <- item:
		case <-done:
			return
		}
	}
}
