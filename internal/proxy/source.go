package proxy

import "io"

// source reads a connection through one buffer, which it has while there is data: a head stays in it, pinned, while the body's bytes
// pass behind it.
// Invariant: pinned <= r <= w <= len(buf).
type source struct {
	conn   io.Reader
	size   int // of the buffer that is borrowed
	buf    []byte
	pinned int
	r, w   int
}

// A fetcher reads into a buffer of the size that it borrows once something has come.
type fetcher interface {
	fetch(size int) (buffer []byte, n int, err error)
}

func (s *source) reset(conn io.Reader, size int) { *s = source{conn: conn, size: size} }

// buffered are the bytes that were read and not taken.
func (s *source) buffered() []byte { return s.buf[s.r:s.w] }

// fill reads once, behind what is buffered. There must be room.
func (s *source) fill() error {
	if s.buf == nil {
		return s.fetch()
	}
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
	return asRead(n, err)
}

// fetch is fill where there is no buffer yet.
func (s *source) fetch() (err error) {
	var n int
	if from, can := s.conn.(fetcher); can {
		s.buf, n, err = from.fetch(s.size)
	} else {
		s.buf = borrow(s.size)
		n, err = s.conn.Read(s.buf)
	}
	s.pinned, s.r, s.w = 0, 0, n
	if n == 0 && s.buf != nil {
		s.release()
	}
	return asRead(n, err)
}

func asRead(n int, err error) error {
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}

// need is how many bytes grow will take beyond what is there.
func (s *source) need(bound int) int {
	if s.r > 0 || s.w < len(s.buf) || s.buf == nil {
		return 0
	}
	return min(len(s.buf), bound-len(s.buf))
}

// grow makes room for a head of up to bound bytes; it is false when there is none left.
func (s *source) grow(bound int) bool {
	if s.r > 0 || s.w < len(s.buf) || s.buf == nil {
		return true // fill makes the room
	}
	if len(s.buf) >= bound {
		return false
	}
	larger := make([]byte, min(2*len(s.buf), bound))
	copy(larger, s.buf[:s.w])
	yield(s.buf)
	s.buf = larger
	return true
}

// pin keeps the n bytes at the start, a head, in place until release. Where the room behind them is short, what follows
// moves to a buffer of its own, and the head's lives as long as the head is used.
func (s *source) pin(n int) {
	s.r += n
	s.pinned = s.r
	const room = 1 << 10
	if len(s.buf)-s.r >= room {
		return
	}
	next := borrow(s.size)
	if rest := s.w - s.r; rest > len(next) {
		next = make([]byte, rest+room)
	}
	s.w = copy(next, s.buf[s.r:s.w])
	s.buf, s.r, s.pinned = next, 0, 0
}

// release unpins the head, and gives the buffer back when nothing is left in it.
func (s *source) release() {
	s.pinned = 0
	rest := s.w - s.r
	switch {
	case s.buf == nil:
	case rest == 0:
		yield(s.buf)
		s.buf, s.r, s.w = nil, 0, 0
	case rest <= s.size && len(s.buf) != s.size:
		next := borrow(s.size)
		s.w = copy(next, s.buf[s.r:s.w])
		yield(s.buf)
		s.buf, s.r = next, 0
	default:
		s.w = copy(s.buf, s.buf[s.r:s.w])
		s.r = 0
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
