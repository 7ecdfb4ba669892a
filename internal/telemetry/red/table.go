package red

import (
	"maps"
	"sync"
	"sync/atomic"
)

// table holds series by key. Readers load one pointer; a new series copies the map, which ends when the bound is reached.
type table[K comparable, V any] struct {
	current atomic.Pointer[map[K]*V]
	bound   int
	refused atomic.Uint64
	mu      struct{ sync.Mutex }
}

// of returns the series of key; nil when it would be one too many.
func (t *table[K, V]) of(key K, fresh func() *V) *V {
	if all := t.current.Load(); all != nil {
		if v := (*all)[key]; v != nil {
			return v
		}
	}
	return t.make(key, fresh)
}

func (t *table[K, V]) make(key K, fresh func() *V) *V {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.all()
	if v := all[key]; v != nil {
		return v
	}
	if len(all) >= t.bound {
		t.refused.Add(1)
		return nil
	}
	next := make(map[K]*V, len(all)+1)
	maps.Copy(next, all)
	next[key] = fresh()
	t.current.Store(&next)
	return next[key]
}

func (t *table[K, V]) all() map[K]*V {
	if all := t.current.Load(); all != nil {
		return *all
	}
	return nil
}
