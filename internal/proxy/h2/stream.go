package h2

import "time"

// stream is one request and its answer, as both ends hold it. It is used again for another: who found it by a number says which.
type stream struct {
	l  *link
	in inbox
	// cut is called when the peer ends the stream, or the connection is lost; nil for nothing.
	cut func(error)
	// heads takes a header block that is not the stream's first of this end.
	heads func(id uint32, text []byte, end bool) error

	// Below here all is guarded by the link's lock. window is what the peer lets this end send; fault is why nothing more may be sent;
	// since is when sending began to wait; patient says that its body may rest for as long as it likes.
	id      uint32
	window  int64
	fault   error
	since   time.Time
	patient bool
}

func (s *stream) init(l *link) {
	s.l = l
	s.in.l = l
	s.in.arrived = make(chan struct{}, 1)
}

// end ends the stream for both directions.
func (s *stream) end(id uint32, err error) {
	if s.cut != nil {
		s.cut(err)
	}
	s.in.fail(id, err)
}
