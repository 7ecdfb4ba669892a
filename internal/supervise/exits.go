package supervise

import (
	"sync"

	"github.com/banyan-run/banyan/internal/keeper"
)

// exits are ends that an instance has not looked at yet. Putting one never waits: the next instance's end is behind it.
type exits struct {
	// wake has a token when there may be one.
	wake chan struct{}
	mu   struct {
		sync.Mutex
		events []keeper.Event
	}
}

func newExits() *exits { return &exits{wake: make(chan struct{}, 1)} }

func (e *exits) put(event keeper.Event) {
	e.mu.Lock()
	e.mu.events = append(e.mu.events, event)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// of takes all ends and returns that of a process; those of its predecessors are dropped.
func (e *exits) of(pid int) (keeper.Event, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	events := e.mu.events
	e.mu.events = nil
	for _, event := range events {
		if event.PID == pid {
			return event, true
		}
	}
	return keeper.Event{}, false
}
