package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// TransportOptions say how instances are reached. A zero field stands for its default.
type TransportOptions struct {
	// Dial opens a connection; nil is net.Dialer's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is for endpoints that speak it; nil verifies by the system's roots.
	TLS *tls.Config
	// Connect bounds opening a connection, Idle how long an unused one is kept.
	Connect, Idle time.Duration
	// WritePause is how long an instance may take nothing of what is sent to it over HTTP/2.
	WritePause time.Duration
	// Framed sends to endpoints that speak HTTP/2; nil refuses to. Who made it closes it.
	Framed exchange.Handler
}

// OrDefaults are the options with every zero field set.
func (o TransportOptions) OrDefaults() TransportOptions {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	o.Connect, o.Idle = cmp.Or(o.Connect, 5*time.Second), cmp.Or(o.Idle, 60*time.Second)
	o.WritePause = cmp.Or(o.WritePause, 60*time.Second)
	return o
}

// Transport sends exchanges to their Endpoint. It is an exchange.Handler.
//
// x.Deadline bounds the exchange up to the last byte, but for upgrades, server-sent events and gRPC: for those up to the head.
// Bodies of up to 4 KiB of known length are read before a connection is taken.
type Transport struct {
	options TransportOptions
	limits  Limits
	pools   pools
}

// NewTransport returns a Transport. Close it when it is no longer used.
func NewTransport(o TransportOptions) *Transport {
	o = o.OrDefaults()
	t := &Transport{options: o, limits: Limits{Fields: 256, Head: 256 << 10}.orDefaults()}
	t.pools.keep = o.Idle
	return t
}

// Close closes the connections that are not in use; those in use close after their exchange.
func (t *Transport) Close() {
	t.pools.close()
}

// Handle sends the request to x.Endpoint.
func (t *Transport) Handle(x *exchange.Exchange) error {
	// HTTP/2 has no Upgrade; who speaks it and upgrades speaks HTTP/1.1 as well.
	if x.Endpoint.H2 && !upgrades(&x.Request) {
		return t.framed(x)
	}
	if !sendable(&x.Request) {
		return problem.New(diag.Internal, "the request cannot be written").Because(errTarget)
	}
	out, _ := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(out)
	for fresh := false; ; fresh = true {
		message, whole, err := compose((*out)[:0], x)
		if err != nil {
			return err
		}
		u, err := t.connect(x, fresh, whole)
		if err != nil {
			return t.unconnected(x, err)
		}
		err = u.carry(x, message, whole)
		if err == nil {
			return nil
		}
		// A connection that was kept may have been closed just now; what came of the request is unknown, so only what may
		// be repeated is (RFC 9110 §9.2.2).
		if fresh || !u.reused || isTimeout(err) || !errors.Is(err, errUnanswered) || !Idempotent(x.Request.Method) || !x.Body.Rewind() {
			return u.cause(x, err)
		}
	}
}

func (t *Transport) framed(x *exchange.Exchange) error {
	if t.options.Framed == nil {
		return problem.New(diag.Internal, "nothing here speaks HTTP/2")
	}
	return t.options.Framed.Handle(x)
}

// connect takes a kept connection, or opens one. Whether a kept one is still open is looked at before it is used, unless it was used just
// now and the request can be sent again: that costs a system call.
func (t *Transport) connect(x *exchange.Exchange, fresh, whole bool) (*upstream, error) {
	to := destination{x.Endpoint.Address, x.Endpoint.ServerName, x.Endpoint.TLS}
	if x.Note.Connected = x.Note.Queued; fresh || x.Note.Queued.IsZero() {
		x.Note.Connected = time.Now()
	}
	if !fresh {
		trusted := whole && Idempotent(x.Request.Method)
		if u := t.pools.take(to, x.Note.Connected, trusted); u != nil {
			return u, nil
		}
	}
	conn, err := t.dial(x.Ctx, to, x.Deadline)
	if err != nil {
		return nil, err
	}
	x.Note.Connected = time.Now()
	return newUpstream(t, conn, to), nil
}

func (t *Transport) dial(ctx context.Context, to destination, deadline time.Time) (net.Conn, error) {
	until := time.Now().Add(t.options.Connect)
	if !deadline.IsZero() && deadline.Before(until) {
		until = deadline
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	conn, err := t.options.Dial(ctx, "tcp", to.address)
	if err != nil || !to.tls {
		return conn, err
	}
	secured := tls.Client(conn, t.tlsFor(to.name))
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("securing the connection: %w", err)
	}
	return secured, nil
}

func (t *Transport) tlsFor(name string) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.options.TLS != nil {
		config = t.options.TLS.Clone()
	}
	config.ServerName, config.NextProtos = name, []string{"http/1.1"}
	return config
}

// unconnected is the cause of a connection that could not be opened.
func (t *Transport) unconnected(x *exchange.Exchange, err error) error {
	switch {
	case x.Ctx.Err() != nil:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	case Expired(x):
		return problem.New(diag.UpstreamTimeout, "no connection within the timeout").At(x.Edge.Caller, x.Edge.Callee).Because(err)
	}
	return problem.New(diag.ConnectFailed, "%s does not accept connections", cmp.Or(x.Endpoint.Instance, "the instance")).
		At(x.Edge.Caller, x.Edge.Callee).Because(err)
}

// Expired tells whether the deadline of x, if it has one, has passed.
func Expired(x *exchange.Exchange) bool {
	return !x.Deadline.IsZero() && !time.Now().Before(x.Deadline)
}

// Idempotent tells whether a request with this method may be sent again when it is unknown what became of it (RFC 9110 §9.2.2).
func Idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE":
		return true
	}
	return false
}

// sendable tells whether the request line can be written as it is: a layer may have rewritten it.
func sendable(h *exchange.Head) bool {
	for _, part := range [...]string{h.Method, h.Path, h.Query, h.Authority} {
		for i := range len(part) {
			if part[i] <= ' ' || part[i] == 0x7f {
				return false
			}
		}
	}
	return h.Method != "" && h.Path != ""
}

// smallBody is the length of bodies, in bytes, that go out in one write with their head.
const smallBody = 4 << 10

// compose appends the request's head and, when it is small, the whole body.
func compose(out []byte, x *exchange.Exchange) (message []byte, whole bool, err error) {
	out = appendRequest(out, x)
	length := x.Body.Len()
	if x.Body.Empty() {
		return out, true, nil
	}
	if length < 0 || length > smallBody || x.Body.Trailer != nil {
		return out, false, nil
	}
	from := len(out)
	for int64(len(out)-from) < length {
		out = append(out, 0)[:len(out)]
		n, err := x.Body.Read(out[len(out):min(cap(out), from+int(length))])
		out = out[:len(out)+n]
		if err == io.EOF && int64(len(out)-from) < length {
			err = asRequest(errCutShort)
		}
		if err != nil && err != io.EOF {
			return nil, false, err
		}
	}
	return out, true, nil
}
