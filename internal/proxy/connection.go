package proxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/trace"
)

// connection is one client's. One goroutine serves it, one exchange after the other.
type connection struct {
	server *Server
	conn   socket
	peer   exchange.Peer
	cancel context.CancelCauseFunc // of x.Ctx, which all exchanges of the connection share
	phase  atomic.Int32
	in     source
	x      exchange.Exchange
	frame  framing
	body   inBody
	watch  watch
	out    *[]byte
	pass   func(*exchange.Head) error // interim, bound once
	served int
	taken  int64 // of the server's memory, by a large head
	// keep says that another exchange may follow, begun that the answer's head has gone.
	keep, begun bool
}

// The phases of a connection: a shutdown closes one that waits, and lets one whose head arrives or that works finish.
const (
	waiting int32 = iota
	arriving
	working
	closing
	resting // HTTP/2 without an open stream: a shutdown tells it to go away
)

// preface begins an HTTP/2 connection with prior knowledge (RFC 9113 §3.4).
var preface = []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

func newConnection(ctx context.Context, s *Server, conn net.Conn) *connection {
	c := &connection{server: s}
	c.conn.open(conn)
	c.conn.pause = s.limits.WritePause
	c.x.Body.Budget = &s.memory
	c.x.Ctx, c.cancel = context.WithCancelCause(ctx)
	c.in.reset(&c.conn, small)
	c.body.c, c.watch.c, c.pass = c, c, c.interim
	return c
}

func (c *connection) serve() {
	defer c.cancel(errServerStopped)
	if !c.greet() {
		_ = c.conn.Close()
		return
	}
	c.meet()
	for {
		end, err := c.await()
		c.phase.CompareAndSwap(arriving, working)
		if errors.Is(err, errPreface) {
			c.framed()
			return
		}
		if err == nil && end == 0 {
			break
		}
		if !c.serveOne(end, err) {
			break
		}
	}
	c.repay()
	_ = c.conn.Close()
}

var errPreface = errors.New("the preface of HTTP/2")

// await waits for a whole head and returns its length: 0 without an error is the end of the connection.
func (c *connection) await() (int, error) {
	if len(c.in.buffered()) == 0 && !c.idle() {
		return 0, nil
	}
	c.phase.CompareAndSwap(waiting, arriving)
	began, line, skipped := time.Time{}, 0, false
	for {
		data := c.in.buffered()
		// One empty line before a request is passed over: RFC 9112 §2.2.
		if !skipped && line == 0 && bytes.HasPrefix(data, crlf) {
			c.in.r, skipped = c.in.r+len(crlf), true
			continue
		}
		switch {
		case c.isPreface(data):
			if len(data) >= len(preface) {
				return 0, errPreface
			}
		default:
			if end, err := headEnd(data, &line); end > 0 || err != nil {
				return end, err
			}
		}
		if began.IsZero() {
			began = time.Now()
		}
		if err := c.more(data, began); err != nil {
			return 0, asEnd(err)
		}
	}
}

// isPreface tells whether the connection begins as HTTP/2 does, as far as it has come.
func (c *connection) isPreface(data []byte) bool {
	return c.served == 0 && len(data) > 0 && bytes.HasPrefix(preface, data[:min(len(data), len(preface))])
}

// more reads further bytes of a head.
func (c *connection) more(data []byte, began time.Time) error {
	if need := int64(c.in.need(c.server.limits.Head)); need > 0 {
		if !c.server.memory.Take(need) {
			return errNoMemory
		}
		c.taken += need
	}
	if !c.in.grow(c.server.limits.Head) {
		return tooLarge(data)
	}
	if err := c.patienceUntil(began.Add(c.server.limits.HeadTime)); err != nil {
		return err
	}
	err := c.in.fill()
	if isTimeout(err) {
		return errHeadSlow
	}
	return err
}

// asEnd is nil for what ends a connection without an answer: a client that left inside a head hears none.
func asEnd(err error) error {
	if isViolation(err) {
		return err
	}
	return nil
}

// tooLarge is what a head that exceeds its bound is refused for.
func tooLarge(data []byte) error {
	if bytes.IndexByte(data, '\n') < 0 {
		return errTargetLong
	}
	return errHeadLarge
}

// idle waits for the first byte of a request; it is false when the connection has ended.
func (c *connection) idle() bool {
	c.phase.CompareAndSwap(working, waiting)
	if c.server.draining.Load() && c.served > 0 {
		return false
	}
	wait := c.server.limits.Idle
	if c.served == 0 {
		wait = c.server.limits.HeadTime
	}
	if c.phase.Load() != closing && c.patience(wait) != nil {
		return false
	}
	if c.phase.Load() != closing {
		err := c.in.fill()
		if err == nil || !isTimeout(err) || c.phase.Load() != closing {
			return err == nil
		}
	}
	// What was sent before the client could know of the shutdown is still served.
	const onItsWay = 20 * time.Millisecond
	return c.patience(onItsWay) == nil && c.in.fill() == nil
}

// patience bounds the next read.
func (c *connection) patience(wait time.Duration) error {
	now := time.Now()
	return c.conn.within(now.Add(wait), now)
}

func (c *connection) patienceUntil(at time.Time) error { return c.conn.within(at, time.Now()) }

// serveOne serves the request whose head is the first end bytes of what is buffered, or refuses it for err; it is false when the
// connection ends.
func (c *connection) serveOne(end int, err error) bool {
	x := &c.x
	x.Peer, x.Now = c.peer, time.Now()
	c.keep, c.begun = false, false
	if err == nil {
		err = c.admit(x, end)
	}
	if err != nil {
		c.frame.reset() // whether a body follows is not known
	}
	c.body.begin(x, &c.frame)
	if err != nil {
		c.refuse(x, asRequest(err))
	} else {
		c.handle(x)
	}
	c.answer(x)
	c.finish(x)
	return c.keep
}

// admit parses the head.
func (c *connection) admit(x *exchange.Exchange, end int) error {
	head := c.in.buffered()[:end]
	if err := parseRequest(head, &x.Request, &c.frame, &c.server.limits); err != nil {
		return err
	}
	if c.peer.TLS {
		x.Request.Scheme = "https"
	}
	c.in.pin(end)
	c.keep = c.frame.persists(x.Request.Proto) && !c.server.draining.Load()
	if x.Request.Proto == exchange.HTTP11 {
		x.Interim = c.pass
	}
	return nil
}

// handle has the exchange answered, by the handler or by a refusal.
func (c *connection) handle(x *exchange.Exchange) {
	c.watch.arm(x.Now)
	err := c.server.handle(x)
	if err == nil {
		return
	}
	if errors.Is(context.Cause(x.Ctx), errGone) {
		err = problem.New(diag.ClientGone, "the client left").Because(err)
	}
	if c.body.broken.Load() {
		err = c.body.failed // whatever it led to behind: the client's fault is no backend's
	}
	c.refuse(x, err)
}

// refuse answers x with the cause.
func (c *connection) refuse(x *exchange.Exchange, err error) { c.server.refuse(x, err) }

// lost says that the client has left.
func (c *connection) lost() { c.cancel(errGone) }

// finish gives everything back, has the exchange recorded, and readies the connection for the next.
func (c *connection) finish(x *exchange.Exchange) {
	if !c.body.complete.Load() {
		c.body.Interrupt()
	}
	_ = x.Reply.Close()
	c.watch.disarm()
	c.body.Resume()
	c.keep = c.keep && x.Ctx.Err() == nil && c.drained()
	x.Note.BytesIn = c.body.count
	c.giveBack()
	if c.server.Done != nil {
		c.server.Done(x)
	}
	if !c.keep && c.begun {
		c.linger()
	}
	poison(c.in.buf[:c.in.pinned])
	ctx := x.Ctx
	x.Reset()
	x.Ctx = ctx
	c.in.release()
	c.repay()
	c.served++
}

// repay gives back what a large head took.
func (c *connection) repay() {
	c.server.memory.Give(c.taken)
	c.taken = 0
}

// drained reads the rest of a body that nobody wanted, within bounds.
func (c *connection) drained() bool {
	if c.body.complete.Load() {
		return true
	}
	return c.body.drain(*c.buffer(), c.server.limits.Drain, time.Now().Add(time.Second))
}

// linger lets the client read the answer before the connection is reset for bytes that nobody reads (RFC 9112 §9.6).
func (c *connection) linger() {
	if c.conn.CloseWrite() != nil || c.patience(500*time.Millisecond) != nil {
		return
	}
	if c.body.complete.Load() && len(c.in.buffered()) == 0 {
		return
	}
	_, _ = io.Copy(io.Discard, &c.conn)
}

// abort makes the client see that the answer is not complete.
func (c *connection) abort() {
	c.keep, c.begun = false, false
	c.conn.reset() // an answer that ends with the connection must not look whole
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// handle runs the handler; a panic is a cause like others.
func (s *Server) handle(x *exchange.Exchange) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = problem.New(diag.Internal, "the request could not be handled").Because(fmt.Errorf("panic: %v", thrown))
			s.log(err)
		}
	}()
	if err = s.Handler.Handle(x); err == nil && x.Reply.Upgrade == nil && (x.Reply.Head.Status < 200 || x.Reply.Head.Status > 999) {
		err = problem.New(diag.Internal, "the request could not be handled").
			Because(fmt.Errorf("the answer has status %d", x.Reply.Head.Status))
	}
	return err
}

// refuse makes err the answer; whoever is refused without having a trace is given one, so that it can be named.
func (s *Server) refuse(x *exchange.Exchange, err error) {
	if x.Trace.Trace.IsZero() {
		x.Trace = trace.New()
	}
	x.Reply.Drop()
	x.Note.Cause = err
	if s.Refuse != nil {
		s.Refuse(x, err)
		return
	}
	Refuse(x, err)
}

// Refuse is the refusal for an audience outside: a problem document with code and trace id.
func Refuse(x *exchange.Exchange, err error) {
	p := problem.From(err, problem.Outside, x.Trace.Trace.String())
	x.Answer(p.Status, problem.ContentType, p.JSON())
	if cause := problem.CauseOf(err); len(cause.Allow) > 0 {
		allow := cause.Allow[0]
		for _, method := range cause.Allow[1:] {
			allow += ", " + method
		}
		x.Reply.Head.Set("Allow", allow)
	}
}
