package h2

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
)

// sender sends a request's body.
type sender struct {
	c    *call
	done chan struct{}
	err  error
	// fault is the body failing.
	fault atomic.Pointer[error]
}

func startSender(c *call) *sender {
	s := &sender{c: c, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = s.send()
		c.o.flush()
	}()
	return s
}

// stop returns when nobody reads the body any more, which may then be read on by another.
func (s *sender) stop() {
	select {
	case <-s.done:
		return
	default:
	}
	s.c.x.Body.Interrupt()
	s.c.o.halt(&s.c.stream, s.c.id, errEnded)
	<-s.done
	s.c.x.Body.Resume()
}

func (s *sender) blamed() error {
	if fault := s.fault.Load(); fault != nil {
		return *fault
	}
	return nil
}

// send puts the body and the trailer. What is pending is written before more of the body is waited for.
func (s *sender) send() error {
	c, body := s.c, &s.c.x.Body
	buffer, _ := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := body.Read(*buffer)
		if err != nil && err != io.EOF {
			return s.broke(err)
		}
		var trailer *exchange.Head
		if err == io.EOF && body.Trailer != nil && body.Trailer.Len() > 0 {
			trailer = body.Trailer
		}
		last := err == io.EOF && trailer == nil
		if n > 0 || last {
			if e := c.o.data(&c.stream, (*buffer)[:n], last); e != nil {
				return fmt.Errorf("sending the request's body: %w", e)
			}
		}
		switch {
		case last:
			return nil
		case trailer != nil:
			return c.o.head(&c.stream, appendFields(nil, trailer, true), true)
		case !body.AtHand():
			c.o.flush()
		}
	}
}

// broke resets the stream of a body that broke off: the instance must not take what it has for the whole.
func (s *sender) broke(err error) error {
	c := s.c
	if errors.Is(err, exchange.ErrInterrupted) {
		return err // who interrupted it ends the stream
	}
	s.fault.Store(&err)
	c.in.fail(c.in.stream(), err)
	c.o.reset(c.in.stream(), http2.ErrCodeCancel)
	return err
}
