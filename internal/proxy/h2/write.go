package h2

import (
	"cmp"
	"fmt"
	"runtime"
	"time"
)

// reasonable is how much may be pending before who sends a body waits, in bytes; how large a buffer is kept.
const reasonable = 64 << 10

// put appends frames to what is pending.
func (l *link) put(frames func(out []byte) []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mu.pending = frames(l.mu.pending)
}

// say puts frames and writes them.
func (l *link) say(frames func(out []byte) []byte) {
	l.put(frames)
	l.flush()
}

// flush has everything that is pending written.
func (l *link) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.writing {
		return
	}
	l.mu.writing = true
	// Who is ready to say something as well says it now: one system call for several streams costs less than the switch.
	l.mu.Unlock()
	runtime.Gosched()
	l.mu.Lock()
	for len(l.mu.pending) > 0 && l.mu.err == nil {
		out, until := l.mu.pending, l.deadline()
		l.mu.pending, l.mu.spare = l.mu.spare[:0], nil
		l.mu.Unlock()
		err := l.write(out, until)
		l.mu.Lock()
		if cap(out) <= reasonable {
			l.mu.spare = out[:0]
		}
		if err != nil {
			l.mu.err = err
		}
		if l.mu.waiting > 0 {
			l.moved.Broadcast()
		}
	}
	if l.mu.shut {
		l.mu.Unlock()
		_ = l.conn.Close()
		l.mu.Lock()
	}
	l.mu.writing = false
}

// shut closes the connection once everything that is pending was written, by whomever.
func (l *link) shut() {
	l.put(func(out []byte) []byte {
		l.mu.shut = true
		return out
	})
	l.flush()
}

// deadline is when the write that follows must have ended; zero when the one that is set will do.
func (l *link) deadline() time.Time {
	now := time.Now()
	if l.mu.until.Sub(now) > l.pause*3/4 {
		return time.Time{}
	}
	l.mu.until = now.Add(l.pause)
	return l.mu.until
}

// write writes; a connection that takes nothing is of no use to any stream.
func (l *link) write(out []byte, until time.Time) (err error) {
	if !until.IsZero() {
		err = l.conn.SetWriteDeadline(until)
	}
	if err == nil {
		_, err = l.conn.Write(out)
	}
	if err != nil {
		_ = l.conn.Close() // the reader then ends the streams
		return fmt.Errorf("writing frames: %w", err)
	}
	return nil
}

// data sends p as DATA, as the windows allow, and returns when all of it was put; it is not flushed.
func (l *link) data(s *stream, p []byte, end bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for {
		if err := cmp.Or(s.fault, l.mu.err); err != nil {
			return err
		}
		n := int(max(0, min(int64(len(p)), l.mu.window, s.window, int64(l.mu.frame)))) // a window may be below zero
		if (n > 0 || len(p) == 0) && len(l.mu.pending) < reasonable {
			l.mu.pending = appendData(l.mu.pending, s.id, p[:n], end && n == len(p))
			l.mu.window, s.window, s.since = l.mu.window-int64(n), s.window-int64(n), time.Time{}
			if p = p[n:]; len(p) == 0 {
				return nil
			}
			continue
		}
		l.makeRoom(s)
	}
}

// makeRoom writes what is pending, or waits until the peer takes more. The lock is held before and after.
func (l *link) makeRoom(s *stream) {
	if len(l.mu.pending) > 0 && !l.mu.writing {
		l.mu.Unlock()
		l.flush()
		l.mu.Lock()
		return
	}
	if s.since.IsZero() {
		s.since = time.Now()
	}
	l.mu.waiting++
	l.moved.Wait()
	l.mu.waiting--
}

// takes tells whether n bytes could be sent on a stream now, without waiting for the peer.
func (l *link) takes(s *stream, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(n) <= min(l.mu.window, s.window) && len(l.mu.pending)+n < reasonable
}

// head puts a header block.
func (l *link) head(s *stream, block []byte, end bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := cmp.Or(s.fault, l.mu.err); err != nil {
		return err
	}
	l.mu.pending = appendHead(l.mu.pending, s.id, block, end, l.mu.frame)
	return nil
}

// stalled are the streams that wait for the peer to take more since before then.
func (l *link) stalled(before time.Time) map[uint32]*stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := map[uint32]*stream{}
	for id, s := range l.mu.streams {
		if !s.since.IsZero() && s.since.Before(before) {
			all[id] = s
		}
	}
	return all
}
