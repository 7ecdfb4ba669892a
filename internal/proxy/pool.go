package proxy

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// destination is what connections are kept by.
type destination struct {
	address, name string
	tls           bool
}

// perDestination bounds how many unused connections one destination keeps.
const perDestination = 512

// keptConnections are the unused connections to one destination. Slots are looked through from the first, so that a few stay in use and
// the others age. No lock: a slot is taken and filled by one swap.
type keptConnections struct {
	slots [perDestination]atomic.Pointer[upstream]
}

// pools are the unused connections by destination. Readers load one map; a new destination swaps it.
type pools struct {
	keep   time.Duration
	all    atomic.Pointer[map[destination]*keptConnections]
	closed atomic.Bool
	mu     struct {
		sync.Mutex
		sweep *time.Timer
	}
}

func (p *pools) of(to destination) *keptConnections {
	if all := p.all.Load(); all != nil {
		return (*all)[to]
	}
	return nil
}

// trusted is how long a connection is taken to be open after it was used, where a mistake can be made good.
const trusted = time.Second

// take returns a kept connection that is still good, or nil; where trust is given a young one may be closed all the same.
func (p *pools) take(to destination, now time.Time, trust bool) *upstream {
	pool := p.of(to)
	if pool == nil {
		return nil
	}
	for i := range pool.slots {
		if pool.slots[i].Load() == nil {
			continue
		}
		u := pool.slots[i].Swap(nil)
		switch {
		case u == nil:
		case u.fresh(now, p.keep, trust):
			return u
		default:
			_ = u.conn.Close()
		}
	}
	return nil
}

// fresh tells whether u may be used again.
func (u *upstream) fresh(now time.Time, keep time.Duration, trust bool) bool {
	idle := now.Sub(u.idle)
	return idle < keep && (trust && idle < trusted || u.conn.quiet())
}

// put keeps u for later.
func (p *pools) put(u *upstream) {
	u.reused = true
	pool := p.of(u.to)
	if pool == nil {
		pool = p.open(u.to)
	}
	for i := range pool.slots {
		if pool.slots[i].Load() == nil && pool.slots[i].CompareAndSwap(nil, u) {
			if p.closed.Load() {
				p.clear(func(*upstream) bool { return true })
			}
			return
		}
	}
	_ = u.conn.Close()
}

// open adds a destination, and starts the sweep that closes what has aged.
func (p *pools) open(to destination) *keptConnections {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[destination]*keptConnections{}
	if before := p.all.Load(); before != nil {
		all = maps.Clone(*before)
	}
	pool, known := all[to]
	if !known {
		pool = &keptConnections{}
		all[to] = pool
		p.all.Store(&all)
	}
	if p.mu.sweep == nil && !p.closed.Load() {
		p.mu.sweep = time.AfterFunc(p.keep, p.age)
	}
	return pool
}

// age closes what was unused for too long, and forgets destinations that keep nothing. A connection that is put to a
// forgotten one meanwhile is closed by the collector.
func (p *pools) age() {
	oldest := time.Now().Add(-p.keep)
	left := p.clear(func(u *upstream) bool { return u.idle.Before(oldest) || !u.conn.quiet() })
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.all.Load()
	if before == nil || p.closed.Load() {
		return
	}
	all := maps.Clone(*before)
	maps.DeleteFunc(all, func(to destination, _ *keptConnections) bool { return left[to] == 0 })
	p.all.Store(&all)
	p.mu.sweep = nil
	if len(all) > 0 {
		p.mu.sweep = time.AfterFunc(p.keep, p.age)
	}
}

// clear closes the connections that unwanted accepts, and counts the others.
func (p *pools) clear(unwanted func(*upstream) bool) map[destination]int {
	left := map[destination]int{}
	all := p.all.Load()
	if all == nil {
		return left
	}
	for to, pool := range *all {
		for i := range pool.slots {
			u := pool.slots[i].Swap(nil)
			switch {
			case u == nil:
			case unwanted(u):
				_ = u.conn.Close()
			case pool.slots[i].CompareAndSwap(nil, u):
				left[to]++
			default:
				_ = u.conn.Close()
			}
		}
	}
	return left
}

func (p *pools) close() {
	p.closed.Store(true)
	p.stopSweep()
	p.clear(func(*upstream) bool { return true })
}

func (p *pools) stopSweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.sweep != nil {
		p.mu.sweep.Stop()
	}
}
