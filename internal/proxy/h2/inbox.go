package h2

import (
	"io"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
)

// inbox is what came on a stream and was not read yet. The connection's reader fills it, one other goroutine empties it.
type inbox struct {
	l *link
	// arrived has one token when something may have come.
	arrived chan struct{}
	// dirty is the reader's.
	dirty bool

	mu struct {
		sync.Mutex
		// id is the stream that it is for; 0 is none: what comes late for another finds nobody.
		id   uint32
		data []byte
		at   int
		// room is what the peer may still send, owed what was read of it and not given back.
		room, owed int64
		// left is what Content-Length still promises; headless says that no body may come before the answer's head has.
		left     int64
		headless bool
		ended    bool
		err      error
		// interrupted ends a read that waits; since is when it began to wait.
		interrupted bool
		since       time.Time
		count       int64
		// held is what data takes of the link's memory.
		held int64
	}
}

// begin makes it the inbox of a stream whose body has length bytes, or Unknown.
func (in *inbox) begin(id uint32, length int64, ended bool) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := &in.mu
	if ended && length > 0 {
		return errLength
	}
	m.id, m.data, m.at, m.room, m.owed = id, m.data[:0], 0, in.l.windows.stream, 0
	m.headless = false
	m.left, m.ended, m.err, m.interrupted, m.since, m.count = length, ended, nil, false, time.Time{}, 0
	return nil
}

// await lets no body come until expect was called.
func (in *inbox) await() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.mu.headless = true
}

func (in *inbox) stream() uint32 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mu.id
}

// tell wakes who waits.
func (in *inbox) tell() {
	select {
	case in.arrived <- struct{}{}:
	default:
	}
}

// add appends what came in a DATA frame of size, padding counted; unwanted is what of it nobody will read.
func (in *inbox) add(id uint32, p []byte, size int, end bool) (unwanted int, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := &in.mu
	switch {
	case m.id != id:
		return size, nil
	case m.ended:
		return size, http2.StreamError{StreamID: id, Code: http2.ErrCodeStreamClosed}
	case m.err != nil:
		return size, nil
	case m.headless:
		return size, http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: errHeadless}
	}
	if m.room -= int64(size); m.room < 0 {
		return size, http2.StreamError{StreamID: id, Code: http2.ErrCodeFlowControl, Cause: errFlow}
	}
	m.owed += int64(size - len(p))
	if m.left != exchange.Unknown {
		if m.left -= int64(len(p)); m.left < 0 || end && m.left > 0 {
			return size, http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: errLength}
		}
	}
	if !in.afford(len(m.data) - m.at + len(p)) {
		return size, http2.StreamError{StreamID: id, Code: http2.ErrCodeEnhanceYourCalm, Cause: errNoMemory}
	}
	m.ended = end
	in.keep(p)
	return size - len(p), nil
}

// afford takes what n unread bytes cost of the memory; a frame's worth is free.
func (in *inbox) afford(n int) bool {
	more := int64(n) - frameSize - in.mu.held
	if more <= 0 {
		return true
	}
	if !in.l.memory.Take(more) {
		return false
	}
	in.mu.held += more
	return true
}

// keep appends p, and moves what is unread to the front before it takes more memory.
func (in *inbox) keep(p []byte) {
	m := &in.mu
	if m.at > 0 && len(m.data)+len(p) > cap(m.data) {
		m.data, m.at = m.data[:copy(m.data, m.data[m.at:])], 0
	}
	m.data = append(m.data, p...)
}

// expect says how long the body is that begins; end that it has none.
func (in *inbox) expect(length int64, end bool) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.mu.left, in.mu.headless = length, false
	if end && length > 0 {
		return errLength
	}
	return nil
}

// finish is the end by a header block without a body's frame.
func (in *inbox) finish(id uint32) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case in.mu.id != id || in.mu.err != nil:
	case in.mu.ended:
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeStreamClosed}
	case in.mu.left > 0:
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: errLength}
	default:
		in.mu.ended = true
	}
	return nil
}

// fail ends the stream that has this number, unless it has ended whole.
func (in *inbox) fail(id uint32, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.mu.id == id && id != 0 && in.mu.err == nil && !in.mu.ended {
		in.mu.err = err
	}
	in.tell()
}

// failed is why it broke.
func (in *inbox) failed() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mu.err
}

// whole tells whether the end has come, and how much is unread.
func (in *inbox) whole() (unread int, ended bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.mu.data) - in.mu.at, in.mu.ended
}

// atEnd tells whether the stream of this number has ended, or is another's by now.
func (in *inbox) atEnd(id uint32) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mu.id != id || in.mu.ended
}

// atHand tells whether a read would not wait.
func (in *inbox) atHand() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.mu.at < len(in.mu.data) || in.mu.ended || in.mu.err != nil
}

// take reads what is there. Without anything it returns 0 and nil.
func (in *inbox) take(p []byte) (n int, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := &in.mu
	switch {
	case m.at < len(m.data):
		n = copy(p, m.data[m.at:])
		m.at += n
		if m.at == len(m.data) {
			m.data, m.at = m.data[:0], 0
		}
		m.owed, m.count, m.since = m.owed+int64(n), m.count+int64(n), time.Time{}
		return n, nil
	case m.err != nil:
		return 0, m.err
	case m.ended:
		return 0, io.EOF
	case m.interrupted:
		m.since = time.Time{}
		return 0, exchange.ErrInterrupted
	}
	if m.since.IsZero() {
		m.since = time.Now()
	}
	return 0, nil
}

// owes returns what is to be given back to the stream's window: half of it at a time, and nothing when no more comes.
func (in *inbox) owes() (id, by uint32) {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := &in.mu
	if m.ended || m.err != nil || m.owed < in.l.windows.stream/2 {
		return 0, 0
	}
	id, by = m.id, uint32(m.owed)
	m.room, m.owed = m.room+m.owed, 0
	return id, by
}

// read waits until there is something, done ends, or timeout runs out; the latter two are errEnded and errTimeout.
func (in *inbox) read(p []byte, done <-chan struct{}, timeout <-chan time.Time) (int, error) {
	for {
		n, err := in.take(p)
		if n > 0 {
			in.giveBack(n)
		}
		if n > 0 || err != nil || len(p) == 0 {
			return n, err
		}
		if err := in.wait(done, timeout); err != nil {
			return 0, err
		}
	}
}

func (in *inbox) wait(done <-chan struct{}, timeout <-chan time.Time) error {
	select {
	case <-in.arrived:
		return nil
	case <-done:
		return errEnded
	case <-timeout:
		return errTimeout
	}
}

// giveBack lets the peer send more for the n bytes that were read.
func (in *inbox) giveBack(n int) {
	said := in.l.consumed(n)
	if id, by := in.owes(); by > 0 {
		in.l.put(func(out []byte) []byte { return appendWindow(out, id, by) })
		said = true
	}
	if said {
		in.l.flush()
	}
}

// close lets go of the stream, and returns whether the peer had ended it, how many bytes were read, and why it broke.
// What is unread is given back to the connection.
func (in *inbox) close() (ended bool, count int64, err error) {
	unread, ended, count, err := in.drop()
	if in.l.consumed(unread) {
		in.l.flush()
	}
	return ended, count, err
}

func (in *inbox) drop() (unread int, ended bool, count int64, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	m := &in.mu
	unread = len(m.data) - m.at
	m.id, m.at, m.data = 0, 0, m.data[:0]
	in.l.memory.Give(m.held)
	m.held = 0
	if cap(m.data) > frameSize {
		m.data = nil
	}
	return unread, m.ended, m.count, m.err
}

// interrupt ends a read that waits, and the later ones until resume.
func (in *inbox) interrupt(on bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.mu.interrupted = on
	in.tell()
}

// waits is the stream for whose body somebody waits since before then; 0 is none.
func (in *inbox) waits(before time.Time) uint32 {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.mu.since.IsZero() || !in.mu.since.Before(before) || in.mu.ended {
		return 0
	}
	return in.mu.id
}
