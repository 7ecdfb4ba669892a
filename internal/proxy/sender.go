package proxy

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// sender sends a request's body beside the wait for its answer. A nil sender has nothing to send.
type sender struct {
	u    *upstream
	body *exchange.Body
	done chan error
	// ended is set once done was received from.
	ended bool
	err   error
}

func startSender(u *upstream, body *exchange.Body) *sender {
	s := &sender{u: u, body: body, done: make(chan error, 1)}
	go func() { s.done <- s.send() }()
	return s
}

// send returns nil when the message is complete. A body that breaks off closes the connection: the instance must not take
// what it has for the whole.
func (s *sender) send() error {
	buffer, _ := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(buffer)
	var err error
	if s.body.Len() >= 0 && s.body.Trailer == nil {
		err = s.plain(*buffer)
	} else {
		err = s.chunks(*buffer)
	}
	var broken *bodyError
	if errors.As(err, &broken) {
		if !errors.Is(err, exchange.ErrInterrupted) {
			s.u.blamed.Store(&broken.err)
		}
		_ = s.u.conn.Close()
	}
	return err
}

// A bodyError is the request's body failing, not the way to the instance.
type bodyError struct{ err error }

func (e *bodyError) Error() string { return "reading the request's body: " + e.err.Error() }
func (e *bodyError) Unwrap() error { return e.err }

func (s *sender) plain(buffer []byte) error {
	for left := s.body.Len(); left > 0; {
		n, err := s.body.Read(buffer[:min(int64(len(buffer)), left)])
		left -= int64(n)
		if _, e := s.u.conn.Write(buffer[:n]); e != nil {
			return fmt.Errorf("sending the request's body: %w", e)
		}
		if err == io.EOF && left > 0 {
			err = asRequest(errCutShort)
		}
		if err != nil && err != io.EOF {
			return &bodyError{err}
		}
	}
	// The end is read too: the trailer's reader and the client's connection then know that it has come.
	if _, err := s.body.Read(buffer[:1]); err != nil && err != io.EOF {
		return &bodyError{err}
	}
	return nil
}

func (s *sender) chunks(buffer []byte) error {
	for {
		n, err := s.body.Read(buffer[chunkHead : len(buffer)-len("\r\n0\r\n\r\n")])
		out := buffer[:0]
		if n > 0 {
			sizeOf(buffer[:chunkHead], n)
			out = append(buffer[:chunkHead+n], "\r\n"...)
		}
		if err == io.EOF {
			out = appendTrailer(append(out, "0\r\n"...), s.body.Trailer)
		}
		if _, e := s.u.conn.Write(out); e != nil {
			return fmt.Errorf("sending the request's body: %w", e)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &bodyError{err}
		}
	}
}

// finished tells whether all was sent. An answer may overtake the return of the last write, so it waits a moment.
func (s *sender) finished() bool {
	if s == nil {
		return true
	}
	select {
	case s.err = <-s.done:
		s.ended = true
		return s.err == nil
	default:
	}
	const overtaken = 5 * time.Millisecond
	select {
	case s.err = <-s.done:
		s.ended = true
		return s.err == nil
	case <-time.After(overtaken):
		return false
	}
}

// stop returns when nobody reads the body any more, which may then be read on by another. The connection is closed.
func (s *sender) stop() {
	if s == nil || s.ended {
		return
	}
	s.body.Interrupt()
	s.err = <-s.done
	s.ended = true
	s.body.Resume()
}
