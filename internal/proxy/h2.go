package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"golang.org/x/net/http2"
)

// framed serves HTTP/2 connections by golang.org/x/net/http2, each stream as an exchange. The server of net/http takes no connection
// whose first bytes were read, and its Shutdown closes idle connections where this one tells them to go away first.
type framed struct {
	server *Server
	h2     *http2.Server
	base   *http.Server
	pool   sync.Pool
}

func newFramed(s *Server) *framed {
	f := &framed{
		server: s,
		h2:     &http2.Server{IdleTimeout: s.limits.Idle, WriteByteTimeout: s.limits.WritePause, MaxConcurrentStreams: 250},
		base:   &http.Server{MaxHeaderBytes: s.limits.Head, ReadHeaderTimeout: s.limits.HeadTime},
	}
	f.pool.New = func() any { return new(exchange.Exchange) }
	if err := http2.ConfigureServer(f.base, f.h2); err != nil {
		s.log(fmt.Errorf("preparing HTTP/2: %w", err))
	}
	return f
}

// drain has every connection told to go away (RFC 9113 §6.8). The base server holds no connection itself, so this is quick.
func (f *framed) drain(ctx context.Context) {
	if err := f.base.Shutdown(ctx); err != nil && ctx.Err() == nil {
		f.server.log(fmt.Errorf("telling HTTP/2 connections to go away: %w", err))
	}
}

// opened is a connection whose first bytes were read already.
type opened struct {
	net.Conn
	in io.Reader
}

func (o *opened) Read(p []byte) (int, error) { return o.in.Read(p) }

func (s *Server) serveHTTP2(c *connection) {
	c.phase.Store(working)
	defer func() { _ = c.conn.Close() }()
	if err := c.conn.SetDeadline(time.Time{}); err != nil {
		return
	}
	s.h2.h2.ServeConn(&opened{c.conn, &c.in}, &http2.ServeConnOpts{
		Context: c.x.Ctx, BaseConfig: s.h2.base,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveStream(w, r, c.peer) }),
	})
}

// ServeHTTP answers a request that net/http has read: so a Server is an http.Handler too.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.prepare()
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		at = netip.AddrPort{} // a test's or a socket's: nobody to attribute it to
	}
	s.serveStream(w, r, exchange.Peer{Address: at, TLS: r.TLS != nil})
}

// serveStream carries one request of net/http through the handler.
func (s *Server) serveStream(w http.ResponseWriter, r *http.Request, peer exchange.Peer) {
	x, _ := s.h2.pool.Get().(*exchange.Exchange)
	x.Ctx, x.Peer, x.Now = r.Context(), peer, time.Now()
	body := newStreamBody(w, r)
	fromRequest(&x.Request, r)
	x.Body.Reset(body.orNil(), r.ContentLength)
	if len(r.Trailer) > 0 {
		x.Body.Trailer = &body.trailer
	}
	x.Interim = func(h *exchange.Head) error { return writeInterim(w, h) }
	err := s.admitStream(x, r)
	if err == nil {
		err = s.handle(x)
	}
	if err != nil {
		s.refuse(x, body.blame(x, err))
	}
	err = sendStream(w, x, newPace(w, s.limits.WritePause))
	body.end()
	_ = x.Reply.Close()
	if err != nil && x.Note.Cause == nil {
		x.Note.Cause = err
	}
	x.Note.BytesIn = body.count
	if s.Done != nil {
		s.Done(x)
	}
	x.Reset()
	s.h2.pool.Put(x)
	if err != nil {
		panic(http.ErrAbortHandler) // the one way to reset a stream of net/http
	}
}

func (s *Server) admitStream(x *exchange.Exchange, r *http.Request) error {
	switch {
	case r.Method == http.MethodConnect:
		return asRequest(errConnect)
	// net/http checks neither of them for HTTP/2, where they are fields that may have spaces.
	case !all([]byte(r.Method), &isToken):
		return asRequest(errMethod)
	case !validTarget([]byte(x.Request.Path)) || !validTarget([]byte(x.Request.Query)):
		return asRequest(errTarget)
	case !validHost([]byte(r.Host)):
		return asRequest(errHost)
	case len(x.Request.Path)+len(x.Request.Query) > s.limits.Target:
		return asRequest(errTargetLong)
	case x.Request.Len() > s.limits.Fields:
		return asRequest(errHeadLarge)
	case x.Request.Path == "" || x.Request.Path[0] != '/' && (x.Request.Path != "*" || r.Method != http.MethodOptions):
		return asRequest(errTargetForm)
	}
	return nil
}

// fromRequest makes h the head of r. Names are sorted, for net/http has lost their order.
func fromRequest(h *exchange.Head, r *http.Request) {
	h.Method, h.Authority, h.Scheme = r.Method, r.Host, "http"
	if r.TLS != nil {
		h.Scheme = "https"
	}
	target := r.RequestURI
	if target == "" {
		target = r.URL.RequestURI()
	}
	h.Path, h.Query, h.HasQuery = strings.Cut(target, "?")
	switch {
	case r.ProtoMajor == 2:
		h.Proto = exchange.HTTP2
	case r.ProtoMinor == 0:
		h.Proto = exchange.HTTP10
	}
	var f framing
	f.reset()
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			// What net/http let pass was framed by it; only fields of the connection are left to be taken.
			if taken, _ := f.take([]byte(name), []byte(value)); !taken {
				h.Add(name, value)
			}
		}
	}
	if f.named {
		h.DelFunc(f.isNamed)
	}
	if f.trailers {
		h.Set("TE", "trailers")
	}
	f.keepUpgrade(h)
}

// streamBody is the body of a request that net/http reads.
type streamBody struct {
	w       http.ResponseWriter
	r       *http.Request
	trailer exchange.Head
	count   int64
	failed  error
	// interrupted says that the hop behind did not wait for the rest: that it is missing is not the client's fault.
	interrupted atomic.Bool
	turn        chan struct{} // held while reading, and for ever by end
}

// errUnresumed is what reading a stream on after Interrupt gives.
var errUnresumed = errors.New("the rest of the request's body was given up")

func newStreamBody(w http.ResponseWriter, r *http.Request) *streamBody {
	return &streamBody{w: w, r: r, turn: make(chan struct{}, 1)}
}

func (b *streamBody) orNil() io.Reader {
	if b.r.Body == nil || b.r.Body == http.NoBody || b.r.ContentLength == 0 {
		return nil
	}
	return b
}

func (b *streamBody) Read(p []byte) (int, error) {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	if b.failed != nil {
		return 0, b.failed
	}
	n, err := b.r.Body.Read(p)
	b.count += int64(n)
	switch {
	case err == io.EOF:
		for name, values := range b.r.Trailer {
			for _, value := range values {
				b.trailer.Add(name, value)
			}
		}
	case err != nil && b.interrupted.Load():
		b.failed = errUnresumed
		return n, b.failed
	case err != nil:
		b.failed = asRequest(fmt.Errorf("%w: %w", errCutShort, err))
		return n, b.failed
	}
	return n, err
}

// blame makes err the client's where the client broke off.
func (b *streamBody) blame(x *exchange.Exchange, err error) error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	switch {
	case b.failed != nil && !errors.Is(b.failed, errUnresumed):
		return b.failed
	case x.Ctx.Err() != nil && errors.Is(err, context.Canceled):
		return problem.New(diag.ClientGone, "the client left").Because(err)
	}
	return err
}

// Interrupt ends a Read that waits; net/http cannot take the stream up again afterwards.
func (b *streamBody) Interrupt() {
	b.interrupted.Store(true)
	_ = http.NewResponseController(b.w).SetReadDeadline(longAgo())
}

// Resume does nothing: see Interrupt.
func (b *streamBody) Resume() {}

// end has nobody read any more.
func (b *streamBody) end() {
	select {
	case b.turn <- struct{}{}:
	default:
		b.Interrupt()
		b.turn <- struct{}{}
	}
	if b.failed == nil {
		b.failed = exchange.ErrInterrupted
	}
	<-b.turn
}

func writeInterim(w http.ResponseWriter, h *exchange.Head) error {
	header := w.Header()
	copyFields(header, h, "")
	w.WriteHeader(h.Status)
	clear(header)
	return nil
}

func copyFields(header http.Header, h *exchange.Head, prefix string) {
	for name, value := range h.Fields() {
		if !ofConnection(name) {
			key := prefix + http.CanonicalHeaderKey(string(name))
			header[key] = append(header[key], string(value))
		}
	}
}

// sendStream writes the reply through net/http.
func sendStream(w http.ResponseWriter, x *exchange.Exchange, p *pace) error {
	reply := &x.Reply
	if reply.Upgrade != nil {
		return switchStream(w, x)
	}
	header := w.Header()
	copyFields(header, &reply.Head, "")
	header.Del("Content-Length")
	switch none := bodiless(x.Request.Method, reply.Head.Status); {
	case none:
		if length := reply.Head.Get("Content-Length"); length != nil && reply.Head.Status != http.StatusNoContent {
			header.Set("Content-Length", string(length))
		}
	case reply.Length > 0 && reply.Body != nil:
		header.Set("Content-Length", fmt.Sprint(reply.Length))
	}
	w.WriteHeader(reply.Head.Status)
	if x.Request.Proto == exchange.HTTP2 {
		defer p.last()
	}
	if reply.Body == nil || bodiless(x.Request.Method, reply.Head.Status) {
		return nil
	}
	if err := copyStream(w, x, p); err != nil {
		return err
	}
	if reply.Trailer != nil {
		copyFields(header, reply.Trailer, http.TrailerPrefix)
	}
	return nil
}

func copyStream(w http.ResponseWriter, x *exchange.Exchange, p *pace) error {
	buffer, _ := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(buffer)
	if x.Reply.Length < 0 && !ready(x.Reply.Body) {
		if err := p.bound(p.flush); err != nil {
			return &writeError{err}
		}
	}
	for {
		n, err := x.Reply.Body.Read(*buffer)
		if n > 0 {
			if e := p.bound(func() error { _, e := w.Write((*buffer)[:n]); return e }); e != nil {
				return problem.New(diag.ClientGone, "the client left").Because(&writeError{e})
			}
			x.Note.BytesOut += int64(n)
		}
		if err == io.EOF {
			return nil
		}
		if err == nil && x.Note.BytesOut != x.Reply.Length {
			err = p.bound(p.flush)
		}
		if err != nil {
			return err
		}
	}
}

// switchStream takes the connection over from net/http, where it can be: HTTP/2 has no 101 (RFC 9113 §8.6).
func switchStream(w http.ResponseWriter, x *exchange.Exchange) error {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return fmt.Errorf("switching protocols: %w", err)
	}
	defer func() { _ = conn.Close() }()
	out := appendStatus(nil, x.Reply.Head.Status)
	for name, value := range x.Reply.Head.Fields() {
		if !ofConnection(name) || same(name, "upgrade") {
			out = appendField(out, name, value)
		}
	}
	if _, err := conn.Write(append(out, "Connection: Upgrade\r\n\r\n"...)); err != nil {
		return &writeError{err}
	}
	_, x.Note.BytesOut = Join(&halves{Reader: buffered, Conn: conn}, x.Reply.Upgrade)
	return nil
}
