package proxy

import "io"

// small is the buffer that a connection always holds, in bytes; a larger head takes a larger one for its time.
const small = 4 << 10

// source reads a connection through one buffer: a head stays in it, pinned, while the body's bytes pass behind it.
// Invariant: pinned <= r <= w <= len(buf).
type source struct {
	conn   io.Reader
	base   []byte // the small buffer, to which the source goes back between heads
	buf    []byte
	pinned int
	r, w   int
}

func (s *source) reset(conn io.Reader) {
	if s.base == nil {
		s.base = make([]byte, small)
	}
	*s = source{conn: conn, base: s.base, buf: s.base}
}

// buffered are the bytes that were read and not taken.
func (s *source) buffered() []byte { return s.buf[s.r:s.w] }

// fill reads once, behind what is buffered. There must be room.
func (s *source) fill() error {
	if s.r == s.w {
		s.r, s.w = s.pinned, s.pinned
	}
	if s.w == len(s.buf) {
		s.w = s.pinned + copy(s.buf[s.pinned:], s.buf[s.r:s.w])
		s.r = s.pinned
	}
	if s.w == len(s.buf) {
		return io.ErrShortBuffer
	}
	n, err := s.conn.Read(s.buf[s.w:])
	s.w += n
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// grow makes room for a head of up to bound bytes; it is false when there is none left.
func (s *source) grow(bound int) bool {
	if s.r > 0 || s.w < len(s.buf) {
		return true // fill makes the room
	}
	if len(s.buf) >= bound {
		return false
	}
	larger := make([]byte, min(2*len(s.buf), bound))
	copy(larger, s.buf[:s.w])
	s.buf = larger
	return true
}

// pin keeps the n bytes at the start, a head, in place until release. Where the room behind them is short, what follows
// moves to a buffer of its own, and the head's buffer lives as long as the head is used.
func (s *source) pin(n int) {
	s.r += n
	s.pinned = s.r
	const room = 1 << 10
	if len(s.buf)-s.r >= room {
		return
	}
	next := make([]byte, small)
	if rest := s.w - s.r; rest > len(next) {
		next = make([]byte, rest+room)
	}
	s.w = copy(next, s.buf[s.r:s.w])
	s.buf, s.r, s.pinned = next, 0, 0
	if s.base != nil {
		s.base = nil // it holds the head; release makes a new one
	}
}

// release unpins the head. What is buffered moves to the small buffer when it fits.
func (s *source) release() {
	s.pinned = 0
	if s.base == nil {
		s.base = make([]byte, small)
	}
	rest := s.w - s.r
	if rest <= len(s.base) {
		copy(s.base, s.buf[s.r:s.w])
		s.buf, s.r, s.w = s.base, 0, rest
	}
}

// Read takes what is buffered first, then reads the connection.
func (s *source) Read(p []byte) (int, error) {
	if s.r < s.w {
		n := copy(p, s.buf[s.r:s.w])
		s.r += n
		return n, nil
	}
	return s.conn.Read(p)
}
