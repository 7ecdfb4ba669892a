package node

import (
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/runner"
)

// usages measures process groups when somebody asks, at most once a second: nobody pays for what nobody looks at.
type usages struct {
	mu struct {
		sync.Mutex
		last sample
	}
}

// sample is what process groups use at an instant; shares are of one core since the sample before.
type sample struct {
	at     time.Time
	groups map[int]runner.Usage
	shares map[int]float64
}

const freshFor = time.Second

// of measures the groups. One that was not seen before has no share yet.
func (u *usages) of(groups []int, now time.Time) sample {
	last := u.newest()
	if now.Sub(last.at) < freshFor {
		return last
	}
	next := sample{now, runner.Usages(groups), map[int]float64{}}
	for group, usage := range next.groups {
		if before, known := last.groups[group]; known {
			next.shares[group] = max(0, float64(usage.CPU-before.CPU)/float64(now.Sub(last.at)))
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.mu.last = next
	return next
}

func (u *usages) newest() sample {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.mu.last
}
