package proxy

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// socket is a connection as the engine reads and writes it. On Linux TCP is read and written by system calls that cannot block, of
// which the scheduler is not told: it is the runtime's poller that waits. TLS, and other systems, go through net.Conn.
//
// One goroutine reads at a time. Writes may come from two, and each goes out whole.
type socket struct {
	net.Conn
	raw  syscall.RawConn // nil where all goes through net.Conn
	peek func(fd uintptr)
	read transfer
	// until is when a read has waited long enough, zero for never; armed is when the runtime's timer rings or rang. The timer is
	// moved only when it would ring too late, and set again when it rang too early: most deadlines are replaced unused.
	until, armed time.Time
	// woken says that a read is ended, or the next one, whatever until says.
	woken atomic.Bool
	write struct {
		sync.Mutex
		transfer
	}
	// pause is how long a write may rest; ends is when writing ends, unix nanoseconds. Zero is no bound.
	pause time.Duration
	ends  atomic.Int64
}

// transfer is what one direction's system calls work on; do is bound once, so that a call allocates nothing.
type transfer struct {
	message []byte // to be sent before anything is waited for
	p       []byte // to be sent, or read into; nil borrows a buffer of size
	size    int
	n       int
	errno   syscall.Errno
	do      func(fd uintptr) bool
}

// open makes s the engine's end of conn.
func (s *socket) open(conn net.Conn) {
	s.Conn = conn
	if tcp, is := conn.(*net.TCPConn); is {
		s.bind(tcp)
	}
}

// within bounds the reads that follow, as of now.
func (s *socket) within(at, now time.Time) error {
	s.until = at
	switch {
	case s.woken.Load():
		s.woken.Store(false)
	case s.armed.IsZero() && at.IsZero():
		return nil
	case s.armed.After(now) && (at.IsZero() || !at.Before(s.armed)):
		return nil
	}
	s.armed = at
	return s.Conn.SetReadDeadline(at)
}

// wake ends a read that waits, or the next one; it may be called while another goroutine reads. Who calls it has said why before: a
// reader asks for that between within and reading.
func (s *socket) wake() {
	s.woken.Store(true)
	_ = s.Conn.SetReadDeadline(longAgo())
}

// early tells whether err is the timer that rang before its time, and sets it again.
func (s *socket) early(err error) bool {
	if !isTimeout(err) || s.woken.Load() || !s.until.IsZero() && !time.Now().Before(s.until) {
		return false
	}
	s.armed = s.until
	return s.Conn.SetReadDeadline(s.until) == nil && !s.woken.Load()
}

// Read waits until within's instant for what comes.
func (s *socket) Read(p []byte) (int, error) {
	_, n, err := s.ask(nil, p, 0)
	return n, err
}

func (s *socket) fetch(size int) ([]byte, int, error) { return s.ask(nil, nil, size) }

// askConn is ask through net.Conn.
func (s *socket) askConn(message, p []byte, size int) ([]byte, int, error) {
	if len(message) > 0 {
		if _, err := s.Write(message); err != nil {
			return nil, 0, err
		}
	}
	if p == nil {
		p = borrow(size)
	}
	for {
		n, err := s.Conn.Read(p)
		if n > 0 || err == nil || !s.early(err) {
			return p, n, err
		}
	}
}

// Write sends what goes at once, and waits for room only when there is none.
func (s *socket) Write(p []byte) (int, error) {
	s.write.Lock()
	defer s.write.Unlock()
	sent, err := s.transmit(p)
	if sent == len(p) || err != nil {
		return sent, err
	}
	return s.finish(p, sent)
}

// finish writes what is left of p.
func (s *socket) finish(p []byte, sent int) (int, error) {
	until := s.restUntil()
	if err := s.Conn.SetWriteDeadline(until); err != nil {
		return sent, err
	}
	n, err := s.Conn.Write(p[sent:])
	if err == nil && !until.IsZero() {
		err = s.Conn.SetWriteDeadline(time.Time{})
	}
	return sent + n, err
}

// restUntil is when a write that rests is given up.
func (s *socket) restUntil() time.Time {
	if s.pause > 0 {
		return time.Now().Add(s.pause)
	}
	if ends := s.ends.Load(); ends != 0 {
		return time.Unix(0, ends)
	}
	return time.Time{}
}

// writeBy bounds the writes; it may be called while another goroutine writes.
func (s *socket) writeBy(at time.Time) error {
	var ends int64
	if !at.IsZero() {
		ends = at.UnixNano()
	}
	if s.ends.Load() == ends {
		return nil
	}
	s.ends.Store(ends)
	if ends == 0 {
		return s.Conn.SetWriteDeadline(at)
	}
	return nil
}

// CloseWrite ends one direction where the connection can, else both.
func (s *socket) CloseWrite() error { return closeWrite(s.Conn) }

// reset has the other side see that what it was sent is not all.
func (s *socket) reset() {
	if lingers, can := s.Conn.(interface{ SetLinger(seconds int) error }); can {
		_ = lingers.SetLinger(0)
	}
	_ = s.Conn.Close()
}
