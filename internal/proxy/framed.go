package proxy

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Framed serves the connections of a Server that speak HTTP/2. Its child h2 has the one there is.
type Framed interface {
	// Serve serves conn, on which the preface is still to be read, until it ends, and closes it. Exchanges go through s. Where conn has
	// Rest(idle bool) it is told whenever the first stream begins and the last one ends; a read that times out then is the end.
	Serve(ctx context.Context, s *Server, conn net.Conn, peer exchange.Peer)
	// Drain tells every connection to go away. It is called again and again until they have.
	Drain()
}

// Bounds are the limits of the server, none of them zero.
func (s *Server) Bounds() Limits {
	s.prepare()
	return s.limits
}

// Memory bounds what large heads, bodies and many streams hold together, over all connections of the server.
func (s *Server) Memory() *exchange.Budget {
	s.prepare()
	return &s.memory
}

// Admit checks a request whose head came in fields and not in lines: what RFC 9112 would not let into a request line is refused, for
// the next hop may write one.
func (s *Server) Admit(h *exchange.Head) error {
	switch {
	case h.Method == http.MethodConnect:
		return asRequest(errConnect)
	case !all([]byte(h.Method), &isToken):
		return asRequest(errMethod)
	case !validTarget([]byte(h.Path)) || !validTarget([]byte(h.Query)):
		return asRequest(errTarget)
	case !validHost([]byte(h.Authority)):
		return asRequest(errHost)
	case len(h.Path)+len(h.Query) > s.limits.Target:
		return asRequest(errTargetLong)
	case h.Path == "" || h.Path[0] != '/' && (h.Path != "*" || h.Method != http.MethodOptions):
		return asRequest(errTargetForm)
	}
	return nil
}

// Carry has x answered: by the handler, or by the refusal of what blame makes of its error.
func (s *Server) Carry(x *exchange.Exchange, blame func(error) error) {
	if err := s.handle(x); err != nil {
		s.refuse(x, blame(err))
	}
}

// Reject answers x with a refusal.
func (s *Server) Reject(x *exchange.Exchange, err error) { s.refuse(x, err) }

// Finish is called when the last byte of the answer has gone: x is recorded.
func (s *Server) Finish(x *exchange.Exchange) {
	if s.Done != nil {
		s.Done(x)
	}
}

// framed hands the connection over to who speaks HTTP/2: all of it, what was read already too.
func (c *connection) framed() {
	c.phase.Store(working)
	if c.server.Framed == nil || c.conn.SetDeadline(time.Time{}) != nil {
		_ = c.conn.Close()
		return
	}
	c.in.conn = c.conn.Conn // whose deadlines are now those of HTTP/2
	c.server.Framed.Serve(c.x.Ctx, c.server, &opened{c.conn.Conn, &c.in, &c.phase}, c.peer)
}

// opened is a connection whose first bytes were read already.
type opened struct {
	net.Conn
	in    io.Reader
	phase *atomic.Int32
}

// Rest says whether nothing is under way on the connection: where there are too many, it is then ended for another.
func (o *opened) Rest(idle bool) {
	if idle {
		o.phase.CompareAndSwap(working, resting)
		return
	}
	o.phase.CompareAndSwap(resting, working)
}

func (o *opened) Read(p []byte) (int, error) { return o.in.Read(p) }

// CloseWrite ends one direction, where the connection can.
func (o *opened) CloseWrite() error { return closeWrite(o.Conn) }
