package h2

import (
	"cmp"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// call is one exchange on a connection to an instance. It is used again for another on the same connection.
type call struct {
	stream
	o *outgoing
	x *exchange.Exchange
	// timer runs out at the exchange's deadline, when it is timed.
	timer *time.Timer
	timed bool
	block []byte
	// sender sends the body beside the wait; sent says that this end of the stream is over.
	sender *sender
	sent   bool
	over   bool
	// heard is how many frames the connection had read when the call began.
	heard int64
	came  struct {
		sync.Mutex
		// head and trailer are where the answer's go; nil once the exchange is over.
		head, trailer *exchange.Head
		answered      bool
		length        int64
		// interims wait to be passed on, informed counts them and those that were.
		interims []*exchange.Head
		informed int
	}
	release func() error
}

// mostInterims bounds the informational answers to one request.
const mostInterims = 32

var errInterims = &malformed{"the answer never comes to its final head", "RFC 9113 §8.1"}

// call is one to use for x, for which reserve made room.
func (o *outgoing) call(x *exchange.Exchange) *call {
	c := o.rested()
	c.x, c.sender, c.sent, c.over, c.heard = x, nil, false, false, o.frames.Load()
	c.came.Lock()
	defer c.came.Unlock()
	c.came.head, c.came.trailer, c.came.answered, c.came.interims, c.came.informed = &x.Reply.Head, x.Reply.Room(), false, nil, 0
	if c.timed = !x.Deadline.IsZero(); c.timed {
		c.timer.Reset(time.Until(x.Deadline))
	}
	return c
}

func newCall(o *outgoing) *call {
	c := &call{o: o, timer: time.NewTimer(time.Hour)}
	c.timer.Stop()
	c.init(&o.link)
	c.heads, c.release = c.take, c.close
	return c
}

func (c *call) timeout() <-chan time.Time {
	if !c.timed {
		return nil
	}
	return c.timer.C
}

// carry sends the request and waits for the answer's head.
func (c *call) carry() error {
	if err := c.begin(); err != nil {
		return err
	}
	for {
		interims, answered, err := c.look()
		for _, h := range interims {
			if e := c.pass(h); e != nil {
				return e
			}
		}
		switch {
		case answered:
			c.reply()
			return nil
		case err != nil:
			return err
		}
		if err := c.in.wait(c.x.Ctx.Done(), c.timeout()); err != nil {
			return err
		}
	}
}

// pass passes an interim answer on. 100 answers our own waiting, and we do not wait.
func (c *call) pass(h *exchange.Head) error {
	if c.x.Interim == nil || h.Status == 100 {
		return nil
	}
	if err := c.x.Interim(h); err != nil {
		return problem.New(diag.ClientGone, "the client left").Because(err)
	}
	return nil
}

// look takes what has come; an error counts only when no head has.
func (c *call) look() (interims []*exchange.Head, answered bool, err error) {
	c.came.Lock()
	defer c.came.Unlock()
	interims, c.came.interims = c.came.interims, nil
	return interims, c.came.answered, c.in.failed()
}

// begin puts the head, and the body when all of it is at hand and fits; else a goroutine of its own sends that beside the wait.
func (c *call) begin() error {
	x := c.x
	length, empty := x.Body.Len(), x.Body.Empty()
	if empty {
		length = 0
	}
	c.block = appendRequest(c.block[:0], x, length)
	if err := c.o.start(c, empty); err != nil {
		return err
	}
	c.sent = empty
	if n, whole := x.Body.Whole(); !empty && whole && c.o.takes(&c.stream, n) {
		c.sent = true
		s := sender{c: c}
		if err := s.send(); err != nil {
			return err
		}
	} else if !empty {
		c.sender = startSender(c)
	}
	c.o.flush()
	return nil
}

// take takes a header block of the answer. It is the reader's.
func (c *call) take(id uint32, text []byte, end bool) error {
	c.came.Lock()
	defer c.came.Unlock()
	// A stream that was reset takes no head any more: one that comes in the same breath would hide what it was reset for.
	if c.came.head == nil || c.in.stream() != id || c.in.failed() != nil {
		return c.o.skip(text)
	}
	var err error
	switch {
	case c.came.answered && c.in.atEnd(id):
		return cmp.Or(c.o.skip(text), c.o.late(id)) // the trailer is being read
	case c.came.answered:
		if _, err = c.o.decode.read(text, c.came.trailer, trailer); err == nil && !end {
			err = errUnended
		}
	default:
		err = c.takeHead(text, end)
	}
	var bad *malformed
	if errors.As(err, &bad) || errors.Is(err, errTooLarge) {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: err}
	}
	if err == nil && end {
		err = c.in.finish(id)
	}
	c.o.touch(&c.in)
	return err
}

func (c *call) takeHead(text []byte, end bool) error {
	h := c.came.head
	h.Reset()
	said, err := c.o.decode.read(text, h, answer)
	switch {
	case err != nil:
		return err
	case h.Status == 101:
		return errStatus
	case h.Status >= 200:
		c.came.answered, c.came.length = true, said.length
		if proxy.Bodiless(c.x.Request.Method, h.Status) {
			said.length = exchange.Unknown // it tells of a body that does not come (RFC 9110 §8.6)
		}
		return c.in.expect(said.length, end)
	case end || c.came.informed >= mostInterims:
		return errInterims
	}
	c.came.informed++
	interim := &exchange.Head{}
	interim.CopyFrom(h)
	c.came.interims = append(c.came.interims, interim)
	return nil
}

// reply makes the answer the exchange's.
func (c *call) reply() {
	x := c.x
	reply := &x.Reply
	x.Note.Answered = time.Now()
	reply.OnClose(c.release)
	if proxy.Lasting(&reply.Head) {
		c.timed = false
	}
	length, trailer := c.framed()
	unread, ended := c.in.whole()
	if proxy.Bodiless(x.Request.Method, reply.Head.Status) || ended && unread == 0 && trailer.Len() == 0 {
		reply.Body, reply.Length, reply.Trailer = nil, 0, nil
		return
	}
	reply.Body, reply.Length, reply.Trailer = c, length, trailer
}

func (c *call) framed() (length int64, trailer *exchange.Head) {
	c.came.Lock()
	defer c.came.Unlock()
	return c.came.length, c.came.trailer
}

// Read reads the answer's body.
func (c *call) Read(p []byte) (int, error) {
	n, err := c.in.read(p, c.x.Ctx.Done(), c.timeout())
	if err != nil && err != io.EOF {
		err = c.cause(err)
	}
	return n, err
}

// AtHand tells whether a Read would not wait.
func (c *call) AtHand() bool { return c.in.atHand() }

func (c *call) close() error {
	c.end()
	return nil
}

// end lets go of the stream; nobody reads the request's body when it returns.
func (c *call) end() {
	if c.over {
		return
	}
	c.over = true
	c.timer.Stop()
	if c.sender != nil {
		c.sender.stop()
		c.sent = c.sender.err == nil
	}
	c.unbind()
	id := c.id
	ended, _, broke := c.in.close()
	if whole := ended && c.sent; (broke == nil || errors.Is(broke, errStalled)) && !whole && id != 0 {
		c.o.reset(id, http2.ErrCodeCancel)
		c.o.flush()
	}
	c.o.forget(&c.stream, id)
	c.x = nil
	c.o.rest(c)
}

// unbind has nothing more written to the exchange.
func (c *call) unbind() {
	c.came.Lock()
	defer c.came.Unlock()
	c.came.head, c.came.trailer = nil, nil
}

// again tells whether the request may be sent once more, elsewhere: it was not processed (RFC 9113 §8.7), or a connection that was
// kept ended before the answer began, and it may be repeated (RFC 9110 §9.2.2).
func (c *call) again(err error, reused bool) bool {
	var reset http2.StreamError
	switch {
	case c.blamed() != nil:
		return false
	case errors.Is(err, errUnprocessed):
		return true
	case errors.Is(err, errPeerReset):
		return errors.As(err, &reset) && reset.Code == http2.ErrCodeRefusedStream
	}
	return reused && errors.Is(err, errStopped) && proxy.Idempotent(c.x.Request.Method)
}

// blamed is the request's body failing, which is not the instance's fault.
func (c *call) blamed() error {
	if c.sender == nil {
		return nil
	}
	return c.sender.blamed()
}

// cause says why the exchange failed.
func (c *call) cause(err error) error {
	x := c.x
	var known *problem.Cause
	var bad *malformed
	switch blamed := c.blamed(); {
	case blamed != nil:
		return blamed
	case errors.As(err, &known) && known != errTooLarge:
		return err
	case errors.Is(err, errEnded), x.Ctx.Err() != nil:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	case errors.Is(err, errTimeout):
		if c.o.frames.Load() == c.heard {
			c.o.retired.Store(true) // nothing was heard: the next exchange is not to wait on the same connection
		}
		return problem.New(diag.UpstreamTimeout, "no answer within the timeout").At(x.Edge.Caller, x.Edge.Callee).Because(err)
	case errors.As(err, &bad), errors.Is(err, errTooLarge):
		return problem.New(diag.BadAnswer, "%s", err).At(x.Edge.Caller, x.Edge.Callee).Because(err)
	}
	return problem.New(diag.UpstreamReset, "the stream ended before the answer was complete").At(x.Edge.Caller, x.Edge.Callee).Because(err)
}
