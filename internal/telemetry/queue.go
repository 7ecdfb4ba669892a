package telemetry

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"github.com/banyan-run/banyan/internal/signal"
)

const (
	shards = 8
	// perShard bounds what waits for the writer: 8 x 512 exchanges of about 300 bytes are 1.2 MB at most.
	perShard = 512
)

// queue holds exchanges until the writer takes them. It is split, so that requests on different cores seldom meet at a lock.
type queue struct {
	shards [shards]shard
	wake   chan struct{}
	lost   atomic.Uint64
}

type shard struct {
	mu struct {
		sync.Mutex
		held []signal.Exchange
	}
	spare []signal.Exchange // the writer's
	_     [64]byte          // neighbours share no cache line
}

// add never blocks: what does not fit is lost and counted.
func (q *queue) add(x *signal.Exchange) {
	if !q.shards[rand.Uint32N(shards)].add(x) {
		q.lost.Add(1)
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (s *shard) add(x *signal.Exchange) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.mu.held) == perShard {
		return false
	}
	s.mu.held = append(s.mu.held, *x)
	return true
}

// drain makes each pass over every exchange that waits, one pass after the other. Within a pass their order is any; but whatever
// was added before one of them is there too, or was in an earlier drain. One goroutine calls it.
func (q *queue) drain(passes ...func(*signal.Exchange)) {
	for i := range q.shards {
		q.shards[i].swap()
	}
	for _, pass := range passes {
		for i := range q.shards {
			for j := range q.shards[i].spare {
				pass(&q.shards[i].spare[j])
			}
		}
	}
	for i := range q.shards {
		s := &q.shards[i]
		clear(s.spare) // the buffer outlives its strings otherwise
		s.spare = s.spare[:0]
	}
}

func (s *shard) swap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.held, s.spare = s.spare, s.mu.held
}
