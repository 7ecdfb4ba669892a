package deadline

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

func TestTheBound(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	yes, no := func() bool { return true }, func() bool { return false }
	for _, c := range []struct {
		about string
		held  func() bool
		had   time.Duration
		want  time.Duration
	}{
		{"the timeout is counted from the head", nil, 0, time.Second},
		{"an earlier bound stays", nil, time.Millisecond, time.Millisecond},
		{"a later one does not", no, time.Minute, time.Second},
		{"while a debugger holds who is asked, nobody is hurried", yes, 0, Patience},
		{"nor is a bound of before made longer", yes, time.Second, time.Second},
	} {
		x := &exchange.Exchange{Now: now}
		if c.had > 0 {
			x.Deadline = now.Add(c.had)
		}
		next := exchange.HandlerFunc(func(*exchange.Exchange) error { return nil })
		if err := Layer(time.Second, c.held)(next).Handle(x); err != nil || !x.Deadline.Equal(now.Add(c.want)) {
			t.Errorf("%s: the deadline is %s, %v", c.about, x.Deadline, err)
		}
	}
}
