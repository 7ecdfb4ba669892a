package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// upstream is a connection to an instance that speaks HTTP/1. One exchange at a time uses it.
type upstream struct {
	transport *Transport
	to        destination
	conn      socket
	in        source
	frame     framing
	head      exchange.Head
	body      answerBody
	// reused says that an exchange was carried before; idle since then.
	reused bool
	idle   time.Time
	sender *sender
	// unhook ends what closes the connection when the client leaves.
	unhook  func() bool
	release func() error
	// blamed is the client's fault, when that is why the connection was closed; left says that it was gone when the exchange failed.
	blamed atomic.Pointer[error]
	left   bool
}

var errUnanswered = errors.New("the connection ended before the answer began")

func newUpstream(t *Transport, conn net.Conn, to destination) *upstream {
	u := &upstream{transport: t, to: to}
	u.conn.open(conn)
	u.in.reset(&u.conn)
	u.body.u = u
	u.release = u.giveBack
	return u
}

// carry sends message, the head and maybe the body, then what is left of the body beside the wait for the answer's head.
func (u *upstream) carry(x *exchange.Exchange, message []byte, whole bool) error {
	u.unhook = context.AfterFunc(x.Ctx, func() { _ = u.conn.Close() })
	err := u.conn.bound(x.Deadline)
	if err == nil {
		_, err = u.conn.Write(message)
	}
	if err != nil {
		return u.fail(x, fmt.Errorf("%w: %w", errUnanswered, err))
	}
	if !whole {
		u.sender = startSender(u, &x.Body)
	}
	if err := u.receive(x); err != nil {
		return u.fail(x, err)
	}
	x.Reply.OnClose(u.release)
	return nil
}

// receive reads heads up to the final one, and makes it the reply.
func (u *upstream) receive(x *exchange.Exchange) error {
	const interims = 32
	for range interims {
		if err := u.readHead(); err != nil {
			return err
		}
		switch status := u.head.Status; {
		case status == 101:
			return u.switched(x)
		case status >= 200:
			x.Note.Answered = time.Now()
			return u.accept(x)
		case status != 100 && x.Interim != nil: // 100 answers our own waiting, and we do not wait
			if err := x.Interim(&u.head); err != nil {
				return problem.New(diag.ClientGone, "the client left").Because(err)
			}
		}
	}
	return errHeadLarge
}

func (u *upstream) readHead() error {
	u.head.Reset()
	u.in.release()
	for line := 0; ; {
		end, err := headEnd(u.in.buffered(), &line)
		if err != nil {
			return err
		}
		if end > 0 {
			err = parseAnswer(u.in.buffered()[:end], &u.head, &u.frame, &u.transport.limits)
			u.in.pin(end)
			return err
		}
		if !u.in.grow(u.transport.limits.Head) {
			return errHeadLarge
		}
		if err := u.in.fill(); err != nil {
			if len(u.in.buffered()) == 0 {
				return fmt.Errorf("%w: %w", errUnanswered, err)
			}
			return fmt.Errorf("reading the answer's head: %w", err)
		}
	}
}

// accept makes the head that was read the reply's. It is copied, for the connection may serve others before the record of the
// exchange is read.
func (u *upstream) accept(x *exchange.Exchange) error {
	reply := &x.Reply
	reply.Head.CopyFrom(&u.head)
	u.body.begin(u, x)
	if u.body.kind == none {
		return nil
	}
	reply.Body, reply.Length = &u.body, u.body.length
	if u.body.kind == inChunks {
		reply.Trailer = &u.body.trailer
	}
	if streams(&reply.Head) {
		return u.conn.bound(time.Time{})
	}
	return nil
}

// streams tells whether an answer is meant to last: its timeout is for the head.
func streams(h *exchange.Head) bool {
	kind := h.Get("Content-Type")
	const events, grpc = "text/event-stream", "application/grpc"
	return len(kind) >= len(events) && same(kind[:len(events)], events) || len(kind) >= len(grpc) && same(kind[:len(grpc)], grpc)
}

// switched makes the connection the reply's upgrade.
func (u *upstream) switched(x *exchange.Exchange) error {
	if !upgrades(&x.Request) || !asked(&x.Request, string(u.frame.upgrade)) {
		return errUnasked
	}
	x.Note.Answered = time.Now()
	x.Reply.Head.CopyFrom(&u.head)
	x.Reply.Head.Set("Upgrade", string(u.frame.upgrade))
	u.body.kind = untilClose
	x.Reply.Upgrade = &halves{Reader: &u.in, Conn: &u.conn}
	return u.conn.bound(time.Time{})
}

// asked tells whether every protocol of the answer is one that was offered (RFC 9110 §7.8).
func asked(h *exchange.Head, upgrade string) bool {
	chosen := splitList(upgrade)
	for _, protocol := range chosen {
		if !h.HasToken("Upgrade", protocol) {
			return false
		}
	}
	return len(chosen) > 0
}

// fail ends the connection before there was an answer; nobody reads the request's body when it returns.
func (u *upstream) fail(x *exchange.Exchange, err error) error {
	// Asked before the body is interrupted: net/http takes that for the end of its connection.
	u.left = x.Ctx.Err() != nil
	u.unhook()
	_ = u.conn.Close()
	u.sender.stop()
	return err
}

// cause says why the exchange failed.
func (u *upstream) cause(x *exchange.Exchange, err error) error {
	var known *problem.Cause
	blamed := u.blamed.Load()
	switch {
	case blamed != nil:
		return *blamed
	case errors.As(err, &known):
		return err
	case u.left:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	case isTimeout(err):
		return problem.New(diag.UpstreamTimeout, "no answer within the timeout").At(x.Edge.Caller, x.Edge.Callee).Because(err)
	case isViolation(err) && !errors.Is(err, errCutShort):
		return problem.New(diag.BadAnswer, "%s", err).At(x.Edge.Caller, x.Edge.Callee).Because(err)
	}
	return problem.New(diag.UpstreamReset, "the connection ended before the answer was complete").
		At(x.Edge.Caller, x.Edge.Callee).Because(err)
}

// giveBack keeps the connection when both messages are complete on it and nothing came after, else closes it.
func (u *upstream) giveBack() error {
	hooked := u.unhook()
	if hooked && u.body.complete() && u.sender.finished() && u.frame.persists(u.head.Proto) && len(u.in.buffered()) == 0 {
		u.sender = nil
		u.in.release()
		u.transport.pools.put(u)
		return nil
	}
	err := u.conn.Close()
	u.sender.stop()
	return err
}
