package h2

import (
	"sync"
	"time"
)

// tend calls look again and again, until it is false or stop was called: one timer for a connection instead of a deadline for each
// of its waits. No call is under way when stop returns.
func tend(every time.Duration, look func(now time.Time) bool) (stop func()) {
	var mu sync.Mutex
	mu.Lock()
	defer mu.Unlock()
	stopped := false
	var timer *time.Timer
	timer = time.AfterFunc(every, func() {
		mu.Lock()
		defer mu.Unlock()
		if !stopped && look(time.Now()) {
			timer.Reset(every)
		}
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		timer.Stop()
	}
}
