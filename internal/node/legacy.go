package node

import (
	"context"
	"encoding/json"
	"errors"
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
	// mostWaiting bounds the records between two flushes, passedAtOnce those of one message, mostPassed its bytes.
	mostWaiting  = 20000
	passedAtOnce = 16
	mostPassed   = 64 << 10
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
		if err := l.send(some); err != nil {
			return fmt.Errorf("handing records on: %w", err)
		}
	}
	return nil
}

// send passes records in one message, or in more where they have long paths; a record that fits into none is dropped.
func (l *legacy) send(some []signal.Exchange) error {
	text, err := json.Marshal(some)
	switch {
	case err != nil:
		return err
	case len(text) <= mostPassed:
		return l.pass(text)
	case len(some) == 1:
		return nil
	}
	half := len(some) / 2
	return errors.Join(l.send(some[:half]), l.send(some[half:]))
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
