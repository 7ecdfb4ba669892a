package proxy

import (
	"net"
	"testing"
	"time"
)

// watching is a server that has one connection, to which nobody sends.
func watching(t *testing.T) (*Server, *connection) {
	t.Helper()
	s := &Server{}
	s.prepare()
	near, far := net.Pipe()
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	c := newConnection(t.Context(), s, near)
	if !s.add(c) {
		t.Fatal("the connection was not taken")
	}
	t.Cleanup(func() { s.remove(c) })
	c.body.complete.Store(true)
	c.in.buf = make([]byte, small)
	return s, c
}

func TestAnExchangeIsLookedAtOnceItTakesLong(t *testing.T) {
	s, c := watching(t)
	now := time.Now()
	rows := []struct {
		sentence string
		do       func()
		after    time.Duration
		open     bool
	}{
		{"without an exchange there is nothing to come back for", func() {}, time.Hour, false},
		{"one that is young is left alone", func() { c.watch.arm(now) }, unwatched - 1, true},
		{"one whose body is on its way is left alone", func() { c.body.complete.Store(false) }, time.Hour, true},
		{"one that takes long is looked at", func() { c.body.complete.Store(true) }, unwatched, false},
		{"and not again", func() {}, time.Hour, false},
		{"one that is over is not", func() { c.watch.disarm() }, time.Hour, false},
		{"the next one is", func() { c.watch.arm(now) }, unwatched, false},
	}
	for _, row := range rows {
		row.do()
		if open := s.open(now.Add(row.after)); open != row.open {
			t.Errorf("%s: to come back for: %t", row.sentence, open)
		}
	}
	if c.watch.since.Load() != reading {
		t.Error("nobody looks at it")
	}
	c.watch.disarm()
	if c.x.Ctx.Err() != nil {
		t.Error("a watch that ended counts as a client that left")
	}
}

func TestTheTimerRestsWhileNothingIsOpen(t *testing.T) {
	s, c := watching(t)
	c.watch.arm(time.Now())
	if s.look(); !s.watcher.tending.Load() {
		t.Error("an exchange is open, and nobody comes back for it")
	}
	c.watch.disarm()
	if s.look(); s.watcher.tending.Load() {
		t.Error("the timer rings for nothing")
	}
	s.watcher.timer.Stop()
}
