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
	// reused says that an exchange was carried before, whose answer began at idle.
	reused bool
	idle   time.Time
	sender *sender
	// message is what the first read sends before it waits.
	message []byte
	// unhook ends what closes the connection when the client leaves; nil while it is not watched for.
	unhook func() bool
	// x is the exchange that is carried.
	x       *exchange.Exchange
	release func() error
	// blamed is the client's fault, when that is why the connection was closed; left says that it was gone when the exchange failed.
	blamed atomic.Pointer[error]
	left   bool
}

var errUnanswered = errors.New("the connection ended before the answer began")

func newUpstream(t *Transport, conn net.Conn, to destination) *upstream {
	u := &upstream{transport: t, to: to}
	u.conn.open(conn)
	u.in.reset(u, large)
	u.body.u = u
	u.release = u.giveBack
	return u
}

// carry sends message, the head and maybe the body, then what is left of the body beside the wait for the answer's head.
func (u *upstream) carry(x *exchange.Exchange, message []byte, whole bool) error {
	if err := u.begin(x, message, whole); err != nil {
		return u.fail(x, fmt.Errorf("%w: %w", errUnanswered, err))
	}
	if err := u.receive(x); err != nil {
		return u.fail(x, err)
	}
	x.Reply.OnClose(u.release)
	return nil
}

// begin has the message sent, by the first read where that is all of it.
func (u *upstream) begin(x *exchange.Exchange, message []byte, whole bool) error {
	u.x, u.unhook, u.message = x, nil, message
	if err := u.conn.writeBy(u.x.Deadline); err != nil {
		return err
	}
	soon := x.Note.Connected.Add(unwatched)
	if !u.x.Deadline.IsZero() && u.x.Deadline.Before(soon) {
		soon = u.x.Deadline
	}
	if err := u.conn.within(soon, x.Note.Connected); err != nil || whole {
		return err
	}
	u.message = nil
	if _, err := u.conn.Write(message); err != nil {
		return err
	}
	u.sender = startSender(u, &x.Body)
	return nil
}

// Read reads the connection. What takes long ends when the client leaves: most is over before that is worth a thought.
func (u *upstream) Read(p []byte) (int, error) {
	_, n, err := u.read(p, 0)
	return n, err
}

func (u *upstream) fetch(size int) ([]byte, int, error) { return u.read(nil, size) }

func (u *upstream) read(p []byte, size int) ([]byte, int, error) {
	message := u.message
	u.message = nil
	got, n, err := u.conn.ask(message, p, size)
	if n > 0 || u.unhook != nil || !isTimeout(err) {
		return got, n, err
	}
	if err := u.watch(u.x.Deadline); err != nil {
		return got, 0, err
	}
	if got == nil {
		got = p
	}
	return u.conn.ask(u.conn.read.message, got, size) // what was not sent yet, where the time for that was over before
}

// watch has the connection closed when the client leaves, and bounds what follows.
func (u *upstream) watch(until time.Time) error {
	if u.unhook == nil {
		u.unhook = context.AfterFunc(u.x.Ctx, func() { _ = u.conn.Close() })
	}
	return u.conn.within(until, time.Now())
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
			u.idle = time.Now()
			x.Note.Answered = u.idle
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
	if Lasting(&reply.Head) {
		return u.lift()
	}
	return nil
}

// lift ends the deadline of a connection whose answer is meant to last.
func (u *upstream) lift() error {
	if err := u.conn.writeBy(time.Time{}); err != nil {
		return err
	}
	return u.watch(time.Time{})
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
	return u.lift()
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
	if u.unhook != nil {
		u.unhook()
	}
	_ = u.conn.Close()
	u.in.release()
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
	open := u.unhook == nil || u.unhook()
	u.x, u.unhook = nil, nil
	if open && u.body.complete() && u.sender.finished() && u.frame.persists(u.head.Proto) && len(u.in.buffered()) == 0 {
		u.sender = nil
		u.in.release()
		u.transport.pools.put(u)
		return nil
	}
	err := u.conn.Close()
	u.sender.stop()
	u.in.release()
	return err
}
