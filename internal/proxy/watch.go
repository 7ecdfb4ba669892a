package proxy

import (
	"sync/atomic"
	"time"
)

// watch reads the connection while its exchange takes long, to learn that the client has left. It reads nothing while a
// body is on its way (whoever reads that sees the end) or when a further request has come already.
type watch struct {
	c *connection
	// since is when the exchange began, Unix nanoseconds: zero while there is none, and reading once look has it.
	since atomic.Int64
	read  chan struct{} // one value when look has ended
}

const reading = -1

// unwatched is how long an exchange goes without; most are over before, on a machine that has too much to do as well. To begin and to end
// a watch costs about as much as the rest of an exchange.
const unwatched = 100 * time.Millisecond

func (w *watch) arm(began time.Time) {
	w.since.Store(began.UnixNano())
	w.c.server.watcher.tend()
}

// disarm ends the watch: the connection is the caller's again.
func (w *watch) disarm() {
	if w.since.Swap(0) == reading {
		w.c.conn.wake()
		<-w.read
	}
}

// look begins to read when it is time, and tells whether an exchange is open that nobody looks at yet.
func (w *watch) look(now time.Time) bool {
	since := w.since.Load()
	if since <= 0 {
		return false
	}
	if now.UnixNano()-since < int64(unwatched) || !w.c.body.complete.Load() {
		return true
	}
	if w.read == nil {
		w.read = make(chan struct{}, 1)
	}
	if w.since.CompareAndSwap(since, reading) {
		go w.await()
	}
	return false
}

// await reads. The connection's goroutine waits for its end in disarm.
func (w *watch) await() {
	defer func() { w.read <- struct{}{} }()
	in := &w.c.in
	if in.r < in.w || in.w == len(in.buf) || w.c.patienceUntil(time.Time{}) != nil {
		return
	}
	if w.since.Load() != reading {
		return // disarmed since: its wake may have come before the patience, which undid it
	}
	n, err := in.conn.Read(in.buf[in.w:])
	in.w += n
	if n == 0 && !isTimeout(err) {
		w.c.lost()
	}
}

// watcher looks after all exchanges of a server that take long: a timer for each connection would ring all the time for exchanges that
// were over long ago.
type watcher struct {
	// tending says that the timer will ring.
	tending atomic.Bool
	timer   *time.Timer
}

// tend has the timer ring if it does not anyway.
func (w *watcher) tend() {
	if !w.tending.Load() && w.tending.CompareAndSwap(false, true) {
		w.timer.Reset(unwatched)
	}
}

// look runs in the timer's goroutine, as long as exchanges are open.
func (s *Server) look() {
	s.watcher.tending.Store(false) // whoever begins from here on sees to it that the timer rings
	if s.open(time.Now()) {
		s.watcher.tend()
	}
}

// open has a look at each connection, and tells whether there are exchanges to come back for.
func (s *Server) open(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := false
	for c := range s.mu.connections {
		open = c.watch.look(now) || open
	}
	return open
}
