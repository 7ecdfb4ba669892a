package node

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/banyan-run/banyan/internal/signal"
)

// legacy are the records of exchanges that end here after another process took over: the store is that one's.
type legacy struct {
	pass func([]byte) error
	mu   struct {
		sync.Mutex
		waiting []signal.Exchange
	}
}

const (
	// mostWaiting bounds the records between two flushes, passedAtOnce those of one message, which takes 64 KiB.
	mostWaiting  = 20000
	passedAtOnce = 16
)

// add never waits; what comes beyond the bound is dropped.
func (l *legacy) add(x signal.Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.mu.waiting) < mostWaiting {
		l.mu.waiting = append(l.mu.waiting, x)
	}
}

// flush sends what waits.
func (l *legacy) flush() error {
	l.mu.Lock()
	waiting := l.mu.waiting
	l.mu.waiting = nil
	l.mu.Unlock()
	for len(waiting) > 0 {
		some := waiting[:min(passedAtOnce, len(waiting))]
		waiting = waiting[len(some):]
		text, err := json.Marshal(some)
		if err == nil {
			err = l.pass(text)
		}
		if err != nil {
			return fmt.Errorf("handing records on: %w", err)
		}
	}
	return nil
}

// record keeps an exchange, here or where it is kept now.
func (p *plane) record(x signal.Exchange) {
	if l := p.legacy.Load(); l != nil {
		l.add(x)
		return
	}
	p.recorder.Exchange(x)
}

// inherit keeps the records that control processes before this one pass on.
func (p *plane) inherit(passed <-chan []byte) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			select {
			case text, open := <-passed:
				var some []signal.Exchange
				if !open {
					return nil
				}
				if json.Unmarshal(text, &some) != nil {
					continue // of a release that writes them otherwise: nothing but these records is lost
				}
				for _, x := range some {
					p.record(x)
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}
