package proxy

import (
	"sync"
	"testing"
)

func TestKeptConnectionsAreTakenFromTheFirst(t *testing.T) {
	var pool keptConnections
	all := make([]*upstream, perDestination)
	for i := range all {
		all[i] = &upstream{}
		if !pool.keep(all[i]) {
			t.Fatalf("no room for connection %d", i)
		}
	}
	if pool.keep(&upstream{}) {
		t.Fatal("more are kept than there is room for")
	}
	for i := range all {
		if u, at := pool.from(0); u != all[i] || at != i {
			t.Fatalf("slot %d was taken, not %d", at, i)
		}
	}
	if u, _ := pool.from(0); u != nil {
		t.Fatal("an empty pool gave a connection")
	}
	pool.fill(70, all[0])
	if u, at := pool.from(66); u != all[0] || at != 70 {
		t.Fatalf("from 66 on slot %d was taken, not 70", at)
	}
	pool.fill(70, all[0])
	if u, _ := pool.from(71); u != nil {
		t.Fatal("slot 70 lies behind 71")
	}
}

// Whatever happens at once, a connection is one goroutine's, and none is lost.
func TestAKeptConnectionHasOneOwner(t *testing.T) {
	var pool keptConnections
	const all = 8
	used := map[*upstream]*sync.Mutex{}
	for range all {
		u := &upstream{}
		used[u] = &sync.Mutex{}
		pool.keep(u)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 5000 {
				u, _ := pool.from(0)
				if u == nil {
					continue
				}
				if !used[u].TryLock() {
					t.Error("a connection has two owners")
				}
				used[u].Unlock()
				if !pool.keep(u) {
					t.Error("there was no room for what was taken before")
				}
			}
		})
	}
	group.Wait()
	left := 0
	for u, _ := pool.from(0); u != nil; u, _ = pool.from(0) {
		left++
	}
	if left != all {
		t.Errorf("%d connections are left of %d", left, all)
	}
}
