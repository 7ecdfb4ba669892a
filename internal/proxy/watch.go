package proxy

import (
	"sync"
	"time"
)

// watch reads the connection while its exchange takes long, to learn that the client has left. It reads nothing while a
// body is on its way (whoever reads that sees the end) or when a further request has come already.
type watch struct {
	c     *connection
	timer *time.Timer
	mu    struct {
		sync.Mutex
		state watchState
		began time.Time
		// set says that the timer will ring: it is not moved for each exchange, but set again when it rings too early.
		set bool
	}
	read chan struct{} // one value when a read has ended
}

type watchState int

const (
	unarmed watchState = iota
	armed
	reading
)

// unwatched is how long an exchange goes without; most are over before.
const unwatched = 20 * time.Millisecond

func (w *watch) arm(began time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.state, w.mu.began = armed, began
	if w.mu.set {
		return
	}
	w.mu.set = true
	if w.timer == nil {
		w.read = make(chan struct{}, 1)
		w.timer = time.AfterFunc(unwatched, w.look)
		return
	}
	w.timer.Reset(unwatched)
}

// disarm ends the watch: the connection is the caller's again.
func (w *watch) disarm() {
	if w.stop() {
		w.c.conn.wake()
		<-w.read
	}
}

// stop tells whether a read is on its way.
func (w *watch) stop() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.mu.state
	w.mu.state = unarmed
	return before == reading
}

// look runs in the timer's goroutine.
func (w *watch) look() {
	if !w.begin() {
		return
	}
	in := &w.c.in
	n, err := in.conn.Read(in.buf[in.w:])
	in.w += n
	if n == 0 && !isTimeout(err) {
		w.c.lost()
	}
	w.read <- struct{}{}
}

// begin tells whether there is something to watch now.
func (w *watch) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mu.set = false
	if w.mu.state != armed {
		return false
	}
	if left := unwatched - time.Since(w.mu.began); left > 0 {
		w.again(left)
		return false
	}
	if !w.c.body.complete.Load() {
		w.again(5 * unwatched)
		return false
	}
	in := &w.c.in
	if in.r < in.w || in.w == len(in.buf) || w.c.patienceUntil(time.Time{}) != nil {
		w.mu.state = unarmed
		return false
	}
	w.mu.state = reading
	return true
}

// again sets the timer. The lock is held.
func (w *watch) again(after time.Duration) {
	w.mu.set = true
	w.timer.Reset(after)
}
