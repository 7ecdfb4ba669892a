package proxy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// framedClient sends exchanges over HTTP/2 with prior knowledge, by net/http.
type framedClient struct {
	transport *Transport
	h2        *http.Transport
}

func newFramedClient(t *Transport) *framedClient {
	c := &framedClient{transport: t}
	c.h2 = &http.Transport{
		DisableCompression: true, IdleConnTimeout: t.options.Idle, MaxResponseHeaderBytes: int64(t.limits.Head), Protocols: new(http.Protocols),
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 10 * time.Second},
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			conn, err := t.dial(ctx, destination{address: address}, time.Time{})
			if err != nil {
				return nil, &dialError{err}
			}
			return conn, nil
		},
	}
	c.h2.Protocols.SetUnencryptedHTTP2(true)
	return c
}

func (c *framedClient) close() { c.h2.CloseIdleConnections() }

type dialError struct{ err error }

func (e *dialError) Error() string { return "connecting: " + e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// flight is one exchange on an HTTP/2 connection.
type flight struct {
	x      *exchange.Exchange
	cancel context.CancelCauseFunc
	timer  *time.Timer
	body   *sharedBody
	answer *http.Response
	// expired says that the deadline ended it.
	expired atomic.Bool
	trailer exchange.Head
	// turn is held while an interim answer is passed on; once over is set, none is.
	turn chan struct{}
	over atomic.Bool
}

func (c *framedClient) handle(x *exchange.Exchange) error {
	ctx, cancel := context.WithCancelCause(x.Ctx)
	f := &flight{x: x, cancel: cancel, turn: make(chan struct{}, 1)}
	if !x.Deadline.IsZero() {
		f.timer = time.AfterFunc(time.Until(x.Deadline), func() { f.expired.Store(true); cancel(context.DeadlineExceeded) })
	}
	request := f.request(ctx)
	answer, err := c.h2.RoundTrip(request) //nolint:bodyclose // flight.close does, when the reply is closed
	if err != nil {
		f.settle()
		f.body.end()
		f.end()
		return f.cause(err)
	}
	x.Note.Answered = time.Now()
	f.answer = answer
	f.reply(answer)
	return nil
}

// request makes the head as it is sent: the target byte for byte, by Opaque. Its strings are copies, for net/http may still be
// writing a head when the exchange that was given up is over.
func (f *flight) request(ctx context.Context) *http.Request {
	x := f.x
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:        func(httptrace.GotConnInfo) { x.Note.Connected = time.Now() },
		Got1xxResponse: f.interim,
	})
	r := &http.Request{
		Method: strings.Clone(x.Request.Method), Host: strings.Clone(x.Request.Authority), Header: http.Header{}, Proto: "HTTP/2.0", ProtoMajor: 2,
		URL: &url.URL{
			Scheme: "http", Host: x.Endpoint.Address, Opaque: strings.Clone(x.Request.Path),
			RawQuery: strings.Clone(x.Request.Query), ForceQuery: x.Request.HasQuery && x.Request.Query == "",
		},
	}
	for name, value := range x.Request.Fields() {
		if !ofConnection(name) && !same(name, "host") && !same(name, "content-length") {
			key := http.CanonicalHeaderKey(string(name))
			r.Header[key] = append(r.Header[key], string(value))
		}
	}
	if _, has := r.Header["User-Agent"]; !has {
		r.Header["User-Agent"] = nil // the transport would add its own
	}
	f.body = &sharedBody{body: &x.Body, turn: make(chan struct{}, 1), trailer: f.announced(r)}
	if !x.Body.Empty() {
		r.Body, r.ContentLength = f.body, x.Body.Len()
	}
	return r.WithContext(ctx)
}

// announced makes room for the trailers that the head names; others cannot be sent.
func (f *flight) announced(r *http.Request) http.Header {
	if f.x.Body.Trailer == nil {
		return nil
	}
	r.Trailer = http.Header{}
	for _, value := range r.Header["Trailer"] {
		for _, name := range splitList(value) {
			r.Trailer[http.CanonicalHeaderKey(name)] = nil
		}
	}
	delete(r.Header, "Trailer")
	return r.Trailer
}

func (f *flight) interim(status int, fields textproto.MIMEHeader) error {
	if status == http.StatusContinue || f.x.Interim == nil {
		return nil
	}
	h := exchange.Head{Status: status}
	addFields(&h, http.Header(fields))
	f.turn <- struct{}{}
	defer func() { <-f.turn }()
	if f.over.Load() {
		return context.Canceled
	}
	return f.x.Interim(&h)
}

// settle returns when no interim answer is on its way: the goroutine that reads the connection may still have one when the
// exchange was given up.
func (f *flight) settle() {
	f.over.Store(true)
	f.turn <- struct{}{}
	<-f.turn
}

func addFields(h *exchange.Head, fields http.Header) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, value := range fields[name] {
			h.Add(name, value)
		}
	}
}

// reply makes answer the exchange's reply.
func (f *flight) reply(answer *http.Response) {
	reply := &f.x.Reply
	reply.Head.Reset()
	reply.Head.Proto, reply.Head.Status = exchange.HTTP2, answer.StatusCode
	addFields(&reply.Head, answer.Header)
	reply.OnClose(f.close)
	if streams(&reply.Head) && f.timer != nil {
		f.timer.Stop()
	}
	if answer.Body == http.NoBody || answer.ContentLength == 0 {
		reply.Length = 0
		return
	}
	reply.Body, reply.Length, reply.Trailer = f, answer.ContentLength, &f.trailer
	if f.x.Request.Method == http.MethodHead {
		reply.Body, reply.Length, reply.Trailer = nil, 0, nil
	}
}

// Read reads the answer's body.
func (f *flight) Read(p []byte) (int, error) {
	n, err := f.answer.Body.Read(p)
	switch {
	case err == io.EOF:
		f.trailer.Reset()
		addFields(&f.trailer, f.answer.Trailer)
	case err != nil:
		err = f.cause(err)
	}
	return n, err
}

// close ends the stream; nobody reads the request's body when it returns.
func (f *flight) close() error {
	err := f.answer.Body.Close()
	f.body.end()
	f.end()
	return err
}

func (f *flight) end() {
	if f.timer != nil {
		f.timer.Stop()
	}
	f.cancel(nil)
}

func (f *flight) cause(err error) error {
	x := f.x
	var unconnected *dialError
	switch blamed := f.body.blamed.Load(); {
	case blamed != nil:
		return *blamed
	case f.expired.Load():
		return problem.New(diag.UpstreamTimeout, "no answer within the timeout").At(x.Edge.Caller, x.Edge.Callee).Because(err)
	case x.Ctx.Err() != nil:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	case errors.As(err, &unconnected):
		return problem.New(diag.ConnectFailed, "%s does not accept connections", cmp.Or(x.Endpoint.Instance, "the instance")).
			At(x.Edge.Caller, x.Edge.Callee).Because(err)
	}
	return problem.New(diag.UpstreamReset, "the stream ended before the answer was complete").
		At(x.Edge.Caller, x.Edge.Callee).Because(err)
}

// sharedBody lets the HTTP/2 client read the request's body in its own goroutine until end.
type sharedBody struct {
	body    *exchange.Body
	turn    chan struct{} // held while reading
	over    atomic.Bool
	trailer http.Header
	blamed  atomic.Pointer[error]
}

func (b *sharedBody) Read(p []byte) (int, error) {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	if b.over.Load() {
		return 0, exchange.ErrInterrupted
	}
	n, err := b.body.Read(p)
	switch {
	case err == io.EOF:
		b.fillTrailer()
	case err != nil && !errors.Is(err, exchange.ErrInterrupted):
		b.blamed.Store(&err)
		err = fmt.Errorf("reading the request's body: %w", err)
	}
	return n, err
}

func (b *sharedBody) fillTrailer() {
	if b.body.Trailer == nil {
		return
	}
	for name, value := range b.body.Trailer.Fields() {
		key := http.CanonicalHeaderKey(string(name))
		if before, announced := b.trailer[key]; announced {
			b.trailer[key] = append(before, string(value))
		}
	}
}

// Close is the client's: the body stays the exchange's.
func (b *sharedBody) Close() error { return nil }

// end has nobody read any more.
func (b *sharedBody) end() {
	b.over.Store(true)
	select {
	case b.turn <- struct{}{}:
	default:
		b.body.Interrupt()
		b.turn <- struct{}{}
		b.body.Resume()
	}
	<-b.turn
}
