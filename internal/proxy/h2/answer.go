package h2

import (
	"errors"
	"io"
	"net/http"
	"sync"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// buffers are what bodies go through: a frame's payload each.
var buffers = sync.Pool{New: func() any { b := make([]byte, frameSize); return &b }}

var errSwitch = errors.New("HTTP/2 has no 101 (RFC 9113 §8.6)")

// answer sends the reply.
func (s *served) answer() error {
	x := &s.x
	reply := &x.Reply
	if reply.Upgrade != nil {
		return problem.New(diag.BadAnswer, "the protocol cannot be switched").Because(errors.Join(errSwitch, reply.Upgrade.Close()))
	}
	none := proxy.Bodiless(x.Request.Method, reply.Head.Status)
	s.block = appendFields(appendStatus(s.block[:0], reply.Head.Status), &reply.Head, false)
	switch {
	case none:
		if length := reply.Head.Get("Content-Length"); length != nil && reply.Head.Status != http.StatusNoContent {
			s.block = appendField(s.block, []byte("content-length"), length)
		}
	case reply.Body == nil && reply.Trailer == nil && !proxy.IsGRPC(&reply.Head):
		s.block = appendLength(s.block, 0)
	case reply.Length >= 0 && reply.Body != nil:
		s.block = appendLength(s.block, reply.Length)
	}
	ends := none || reply.Body == nil
	if err := s.l.head(&s.stream, s.block, ends); err != nil || ends {
		return err
	}
	return s.send(x)
}

// send sends the body and the trailer. What is pending is written before the body is waited for.
func (s *served) send(x *exchange.Exchange) error {
	buffer, _ := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		n, err := s.fill(x.Reply.Body, *buffer)
		x.Note.BytesOut += int64(n)
		if err != nil && err != io.EOF {
			return err
		}
		last := err == io.EOF
		var trailer *exchange.Head // which is written until the body has ended
		if last && x.Reply.Trailer != nil && x.Reply.Trailer.Len() > 0 {
			trailer = x.Reply.Trailer
		}
		if last && x.Reply.Length >= 0 && x.Note.BytesOut != x.Reply.Length {
			return problem.New(diag.BadAnswer, "the answer's body is not as long as it said")
		}
		if n > 0 || last && trailer == nil {
			if e := s.l.data(&s.stream, (*buffer)[:n], last && trailer == nil); e != nil {
				return e
			}
			s.c.budget.earned.Add(rewardOfFrame)
		}
		if !last {
			continue
		}
		if trailer == nil {
			return nil
		}
		s.block = appendFields(s.block[:0], trailer, false)
		return s.l.head(&s.stream, s.block, true)
	}
}

// fill reads as much of a body as can be had without a further wait.
func (s *served) fill(body io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		if !exchange.AtHand(body) {
			if n > 0 {
				return n, nil
			}
			s.l.flush()
		}
		var more int
		more, err = body.Read(p[n:])
		n += more
	}
	return n, err
}
