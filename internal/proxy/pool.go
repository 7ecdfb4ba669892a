package proxy

import (
	"maps"
	"math/bits"
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
// the others age. No lock: whoever clears a bit of full owns what is in its slot, and sets it after a slot was filled.
type keptConnections struct {
	full  [perDestination / 64]atomic.Uint64
	slots [perDestination]atomic.Pointer[upstream]
}

// from takes the first connection in slot at or behind it, and tells the slot: nil where there is none.
func (k *keptConnections) from(at int) (*upstream, int) {
	for word := at / 64; word < len(k.full); word++ {
		ahead := ^uint64(0)
		if word == at/64 {
			ahead <<= at % 64
		}
		for full := k.full[word].Load() & ahead; full != 0; full &= full - 1 {
			bit := full & -full
			if k.full[word].And(^bit)&bit == 0 {
				continue // another was quicker
			}
			slot := word*64 + bits.TrailingZeros64(bit)
			return k.slots[slot].Swap(nil), slot
		}
	}
	return nil, 0
}

// keep fills the first empty slot; it is false when there is none.
func (k *keptConnections) keep(u *upstream) bool {
	for word := range k.full {
		for empty := ^k.full[word].Load(); empty != 0; empty &= empty - 1 {
			if k.fill(word*64+bits.TrailingZeros64(empty), u) {
				return true
			}
		}
	}
	return false
}

func (k *keptConnections) fill(slot int, u *upstream) bool {
	filled := k.slots[slot].CompareAndSwap(nil, u)
	if filled {
		k.full[slot/64].Or(1 << (slot % 64))
	}
	return filled
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
	for u, at := pool.from(0); u != nil; u, at = pool.from(at + 1) {
		if u.fresh(now, p.keep, trust) {
			return u
		}
		_ = u.conn.Close()
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
	if !pool.keep(u) {
		_ = u.conn.Close()
		return
	}
	if p.closed.Load() {
		p.clear(func(*upstream) bool { return true })
	}
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
		for u, at := pool.from(0); u != nil; u, at = pool.from(at + 1) {
			if !unwanted(u) && pool.fill(at, u) {
				left[to]++
				continue
			}
			_ = u.conn.Close()
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
