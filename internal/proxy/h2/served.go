package h2

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// served is a stream of a client: an exchange, and the goroutine that carries it. When it is over both are kept for the next.
type served struct {
	stream
	c       *connection
	x       exchange.Exchange
	cancel  context.CancelCauseFunc
	trailer exchange.Head
	// refusal is what the head is refused for.
	refusal error
	length  int64
	// promise is whether the client waits for 100 (Continue).
	promise atomic.Bool
	// taken is the stream's share of the server's memory; retired says that its goroutine is to end (guarded by smu).
	taken   int64
	retired bool
	block   []byte
	pass    func(*exchange.Head) error
}

// mostResting bounds the goroutines that a connection keeps for its next streams.
const mostResting = 32

// rested is a stream to use: one that rests, or a new one.
func (c *connection) rested() *served {
	c.smu.Lock()
	defer c.smu.Unlock()
	if n := len(c.smu.resting); n > 0 {
		s := c.smu.resting[n-1]
		c.smu.resting = c.smu.resting[:n-1]
		return s
	}
	s := &served{c: c}
	s.init(&c.link)
	s.x.Body.Budget = c.memory
	s.cut, s.heads, s.pass = s.left, s.ends, s.interim
	s.renew()
	c.all.Go(s.run)
	return s
}

// renew gives the stream a context of its own when the one that it has has ended.
func (s *served) renew() {
	if s.x.Ctx == nil || s.x.Ctx.Err() != nil {
		s.x.Ctx, s.cancel = s.c.derive()
	}
}

// unused puts back a stream that was not opened after all. Its goroutine rests still.
func (s *served) unused() {
	ctx := s.x.Ctx
	s.x.Reset()
	s.x.Ctx = ctx
	s.repay()
	s.c.smu.Lock()
	defer s.c.smu.Unlock()
	s.c.smu.resting = append(s.c.smu.resting, s)
}

// afford takes the stream's share of the server's memory: what its head has beyond the usual, and what it costs to have another one
// open beside the connection's first few.
func (s *served) afford(head int) bool {
	const usualHead, firstFew, another = 8 << 10, 4, 16 << 10
	share := int64(max(head-usualHead, 0))
	if s.c.working.Load() > firstFew {
		share += another
	}
	if !s.c.memory.Take(share) {
		return false
	}
	s.taken = share
	return true
}

func (s *served) repay() {
	s.c.memory.Give(s.taken)
	s.taken = 0
}

// rest keeps the stream for another; it is false when it is not wanted any more.
func (s *served) rest() bool {
	s.c.smu.Lock()
	defer s.c.smu.Unlock()
	if s.c.smu.ended || len(s.c.smu.resting) >= mostResting {
		return false
	}
	s.c.smu.resting = append(s.c.smu.resting, s)
	return true
}

// dismiss ends the goroutines that rest.
func (c *connection) dismiss() {
	c.smu.Lock()
	defer c.smu.Unlock()
	c.smu.ended = true
	for _, s := range c.smu.resting {
		s.in.tell()
	}
}

// dismissed tells whether the stream's goroutine is not wanted any more.
func (s *served) dismissed() bool {
	s.c.smu.Lock()
	defer s.c.smu.Unlock()
	return s.c.smu.ended || s.retired
}

// thin ends the goroutines that rest while the connection is open: one that does nothing holds none.
func (c *connection) thin() {
	c.smu.Lock()
	defer c.smu.Unlock()
	for i, s := range c.smu.resting {
		s.retired = true
		s.in.tell()
		c.smu.resting[i] = nil
	}
	c.smu.resting = c.smu.resting[:0]
}

// open makes it the stream of a request whose head was read.
func (s *served) open(id uint32, said block, end bool, refusal error) error {
	if end && said.length > 0 {
		return errLength
	}
	s.refusal, s.length = refusal, said.length
	s.promise.Store(said.expects && !end)
	s.trailer.Reset()
	s.renew()
	if err := s.enter(id); err != nil {
		return err
	}
	// Last, for its goroutine may be awake, and begins as soon as the stream has a number.
	return s.in.begin(id, said.length, end)
}

// enter gives the stream its number on the link.
func (s *served) enter(id uint32) error {
	s.l.mu.Lock()
	defer s.l.mu.Unlock()
	if s.l.mu.err != nil {
		return s.l.mu.err
	}
	s.l.open(&s.stream, id)
	s.patient = proxy.Lasting(&s.x.Request)
	return nil
}

// left ends the exchange of a client that has left.
func (s *served) left(err error) { s.cancel(err) }

// run carries one exchange after the other.
func (s *served) run() {
	defer func() { s.cancel(errStopped) }()
	for {
		<-s.in.arrived
		if s.in.stream() == 0 {
			if s.dismissed() {
				return
			}
			continue // a token of the stream before
		}
		s.serve()
		if !s.rest() {
			return
		}
	}
}

func (s *served) serve() {
	x := &s.x
	x.Peer, x.Now, x.Interim = s.c.peer, time.Now(), s.pass
	x.Request.Scheme = "http"
	if s.c.peer.TLS {
		x.Request.Scheme = "https"
	}
	unread, ended := s.in.whole()
	if ended && unread == 0 {
		x.Body.Reset(nil, 0)
	} else {
		x.Body.Reset(s, s.length)
		if s.length == exchange.Unknown || x.Request.Has("trailer") {
			x.Body.Trailer = &s.trailer
		}
	}
	err := s.refusal
	if err == nil {
		err = s.c.front.Admit(&x.Request)
	}
	if err != nil {
		s.c.front.Reject(x, err)
	} else {
		s.c.front.Carry(x, s.blame)
	}
	s.promise.Store(false)
	s.finish(s.answer())
}

// Read is the body's.
func (s *served) Read(p []byte) (int, error) {
	if s.promise.Load() && s.promise.CompareAndSwap(true, false) && !s.in.atHand() {
		// A write that fails shows again at the read that follows.
		_ = s.interim(&exchange.Head{Status: 100})
	}
	n, err := s.in.read(p, s.x.Ctx.Done(), nil)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, exchange.ErrInterrupted) {
		err = s.cutShort(err)
	}
	return n, err
}

// cutShort is the cause of a body that broke off, which is the client's doing.
func (s *served) cutShort(err error) error {
	var bad *malformed
	switch {
	case errors.Is(err, errNoMemory):
		return errNoMemory
	case errors.Is(err, errResting):
		return (&problem.Cause{Code: diag.RequestTimeout, Detail: "the body did not arrive in time (RFC 9110 §15.5.9)", Status: 408}).Because(err)
	case errors.As(err, &bad):
		return problem.New(diag.BadRequest, "%s", bad).Because(err)
	}
	return problem.New(diag.BadRequest, "the message ended before its body was complete (RFC 9113 §8.1)").Because(err)
}

// AtHand tells whether a read would not wait.
func (s *served) AtHand() bool { return s.in.atHand() }

// Whole tells how many bytes are unread, and whether they are the last.
func (s *served) Whole() (unread int, last bool) { return s.in.whole() }

// Interrupt ends a Read that waits.
func (s *served) Interrupt() { s.in.interrupt(true) }

// Resume lets Read go on.
func (s *served) Resume() { s.in.interrupt(false) }

// blame makes err the client's where the client broke off.
func (s *served) blame(err error) error {
	switch broke := s.in.failed(); {
	case broke != nil && !errors.Is(broke, errPeerReset) && !errors.Is(broke, errStopped):
		return s.cutShort(broke)
	case s.x.Ctx.Err() != nil:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	}
	return err
}

// interim passes a 1xx on (RFC 9113 §8.1); 101 is none of HTTP/2's.
func (s *served) interim(h *exchange.Head) error {
	block := appendFields(appendStatus(nil, h.Status), h, false)
	if err := s.l.head(&s.stream, block, false); err != nil {
		return err
	}
	s.l.flush()
	return nil
}

// finish ends the stream, has the exchange recorded, and readies both for the next.
func (s *served) finish(err error) {
	x := &s.x
	s.in.interrupt(true)
	_ = x.Reply.Close()
	id := s.id
	ended, count, broke := s.in.close()
	whole := err == nil && x.Ctx.Err() == nil
	switch {
	case s.x.Ctx.Err() != nil, errors.Is(err, errStalled), broke != nil && !errors.Is(broke, errResting):
		// It was reset already, by either end (RFC 9113 §5.4.2).
	case err != nil:
		s.l.reset(id, http2.ErrCodeInternal)
	case !ended:
		s.l.enough(id)
	}
	s.l.forget(&s.stream, id)
	s.l.flush()
	if err != nil && x.Note.Cause == nil {
		x.Note.Cause = s.lost(err)
	}
	x.Note.BytesIn = count
	s.c.front.Finish(x)
	s.repay()
	ctx := x.Ctx
	x.Reset()
	x.Ctx = ctx
	if whole {
		s.c.budget.earned.Add(rewardOfExchange)
	}
	s.c.busy.Store(time.Now().UnixNano())
	s.c.over()
}

// lost is the cause of an answer that did not reach the client whole.
func (s *served) lost(err error) error {
	var known *problem.Cause
	if errors.As(err, &known) && s.x.Ctx.Err() == nil {
		return err
	}
	return problem.New(diag.ClientGone, "the client left").Because(err)
}
