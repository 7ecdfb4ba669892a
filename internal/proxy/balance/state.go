package balance

import (
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// State is what is learnt of callees and their instances: load estimates, in-flight counts, retry budgets. One State serves all
// reloads of an application. The zero State is empty and ready.
type State struct {
	callees atomic.Pointer[map[string]*calleeState]
	mu      struct{ sync.Mutex }
}

// calleeState is what is learnt of one callee.
type calleeState struct {
	instances atomic.Pointer[map[string]*load]
	budget    budget
	// held counts the calls that wait for an instance.
	held atomic.Int64
	// retriedAt is when the service, as a caller, last tried again: unix nanoseconds.
	retriedAt atomic.Int64
	mu        struct{ sync.Mutex }
}

// load is what is learnt of one instance. It fills a cache line of its own, for every request writes it.
type load struct {
	inFlight atomic.Int64
	// latency is the estimate in nanoseconds, the bits of a float64; updated is when, unix nanoseconds.
	latency atomic.Uint64
	updated atomic.Int64
	// suspect is until when a failed connection counts against it, unix nanoseconds.
	suspect atomic.Int64
	release func() error
	_       [24]byte
}

func (s *State) callee(name string) *calleeState {
	if all := s.callees.Load(); all != nil {
		if c, known := (*all)[name]; known {
			return c
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]*calleeState{}
	if before := s.callees.Load(); before != nil {
		if c, known := (*before)[name]; known {
			return c
		}
		all = maps.Clone(*before)
	}
	c := &calleeState{}
	all[name] = c
	s.callees.Store(&all)
	return c
}

// retried notes that service, as a caller, tried a call again.
func (s *State) retried(service string, now time.Time) {
	s.callee(service).retriedAt.Store(now.UnixNano())
}

// instance finds what is known of an instance, by its name and address: a new process under an old name starts afresh.
func (c *calleeState) instance(key string, ready Set) *load {
	if all := c.instances.Load(); all != nil {
		if l, known := (*all)[key]; known {
			return l
		}
	}
	return c.admit(key, ready)
}

// admit adds an instance, and forgets those that the set does not have any more, but for those that have exchanges open: who drains
// one that left the set asks for their number.
func (c *calleeState) admit(key string, ready Set) *load {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]*load{}
	if before := c.instances.Load(); before != nil {
		if l, known := (*before)[key]; known {
			return l
		}
		for address, l := range *before {
			if l.inFlight.Load() > 0 || slices.ContainsFunc(ready.Ready, func(e exchange.Endpoint) bool { return e.Address == address }) {
				all[address] = l
			}
		}
	}
	l := &load{}
	l.release = func() error { l.inFlight.Add(-1); return nil }
	all[key] = l
	c.instances.Store(&all)
	return l
}

// decay is how long a latency takes to lose two thirds of its weight.
const decay = 10 * time.Second

// observe folds a latency into the estimate: at once upwards, slowly downwards, so that a slow instance is seen soon (peak EWMA,
// as in Finagle). Two at once may lose one: it is an estimate.
func (l *load) observe(latency time.Duration, now time.Time) {
	before := math.Float64frombits(l.latency.Load())
	since := now.UnixNano() - l.updated.Swap(now.UnixNano())
	next := float64(latency)
	if next < before {
		weight := math.Exp(-float64(max(since, 0)) / float64(decay))
		next = before*weight + next*(1-weight)
	}
	l.latency.Store(math.Float64bits(next))
}

// cost is what P2C compares: (in flight + 1) × estimate. An instance without an estimate is tried.
func (l *load) cost() float64 {
	return float64(l.inFlight.Load()+1) * (math.Float64frombits(l.latency.Load()) + 1)
}

// suspected tells whether a connection to it failed just now.
func (l *load) suspected(now int64) bool { return l.suspect.Load() > now }

// budget bounds retries to a fifth of the calls of a second and ten more, so that retries do not feed an overload.
type budget struct {
	second       atomic.Int64
	calls, spent atomic.Int64
	_            [40]byte
}

const (
	freeRetries = 10
	callsARetry = 5
)

func (b *budget) turn(now time.Time) {
	second := now.Unix()
	if before := b.second.Load(); before < second && b.second.CompareAndSwap(before, second) {
		// Half of the last second's calls count on, so that a second's first failure finds a budget.
		b.calls.Store(b.calls.Load() / 2)
		b.spent.Store(0)
	}
}

func (b *budget) call(now time.Time) { b.turn(now); b.calls.Add(1) }

// spend tells whether a retry is within the budget, and counts it.
func (b *budget) spend(now time.Time) bool {
	b.turn(now)
	if b.spent.Add(1) <= freeRetries+b.calls.Load()/callsARetry {
		return true
	}
	b.spent.Add(-1)
	return false
}
