package exchange

import (
	"context"
	"net/netip"
	"time"

	"github.com/banyan-run/banyan/internal/trace"
)

// A Handler answers an exchange: on return x.Reply holds the answer's head and its body, unread. It may block.
// An error is a cause (package problem); the reply is then closed and empty.
type Handler interface{ Handle(x *Exchange) error }

// HandlerFunc makes a function a Handler.
type HandlerFunc func(x *Exchange) error

// Handle calls f.
func (f HandlerFunc) Handle(x *Exchange) error { return f(x) }

// Layer wraps a handler. It is built once per snapshot.
type Layer func(next Handler) Handler

// Stack puts layers around h; the first is the outermost.
func Stack(h Handler, layers ...Layer) Handler {
	for i := len(layers) - 1; i >= 0; i-- {
		h = layers[i](h)
	}
	return h
}

// Exchange is one request on its way and the answer to it.
type Exchange struct {
	// Ctx ends when the client has left or the server stops. It is the one stored context of the house: an exchange is
	// pooled with its connection, and every layer would hand it down beside the exchange otherwise.
	Ctx     context.Context
	Request Head
	Body    Body
	// Interim passes an informational answer (1xx but 101) on to the client; nil where it cannot be.
	Interim func(*Head) error
	Reply   Reply
	// Route is pinned for the exchange; endpoints are read anew for each try.
	Route     *Route
	Peer      Peer
	Edge      Edge
	Principal Principal
	// Endpoint is the instance chosen for the present try; set by balance, read by what sends.
	Endpoint Endpoint
	Trace    trace.Context
	// Now is the instant at which the head had arrived: layers read it instead of the clock.
	Now time.Time
	// Deadline bounds the whole exchange; zero is none.
	Deadline time.Time
	Note     Note
}

// Peer is who connected, known from the connection and never from a field.
type Peer struct {
	Address netip.AddrPort
	TLS     bool
	// ServerName is the name that the client asked for in the handshake (RFC 6066 §3), in lower case; empty for none.
	ServerName string
	// Service owns the connecting process, when it was found among the supervised ones; Verified says that it was.
	Service  string
	Verified bool
}

// Edge is the declared call that the exchange travels on; set by outbound.
type Edge struct{ Caller, Callee, Release string }

// Endpoint is where one instance listens. Address goes to proxies and operators only.
type Endpoint struct {
	// Instance is its name, `orders.2`; Address is host:port.
	Instance, Address string
	// H2 says that it speaks HTTP/2 with prior knowledge; TLS that it is an external https service, under ServerName.
	H2, TLS    bool
	ServerName string
}

// Principal is the consumer, set by authentication alone.
type Principal struct{ Consumer string }

// Route is the gateway's rule that an exchange matched. It is shared and immutable.
type Route struct {
	Name string
	// Template is the path pattern as declared: the low-cardinality name of what was asked (http.route).
	Template string
	// To is the service that was chosen.
	To string
}

// Note is what the way of the exchange leaves behind: read once, when the last byte has gone.
type Note struct {
	// Instance was chosen last; Tries counts the attempts.
	Instance string
	Tries    int
	// Queued, Connected and Answered are instants; zero where the exchange did not get there.
	Queued, Connected, Answered time.Time
	// BytesIn and BytesOut count body bytes.
	BytesIn, BytesOut int64
	// Retried says that a hop further down retried, so this one must not (design: retries do not multiply).
	Retried bool
	// Cause is why the proxy answered itself.
	Cause error
}

// Fork returns an exchange for a call of one's own: own head, body, reply and note; no interim answers; ctx is not the client's.
func (x *Exchange) Fork(ctx context.Context) *Exchange {
	fork := &Exchange{
		Ctx: ctx, Route: x.Route, Peer: x.Peer, Edge: x.Edge, Principal: x.Principal,
		Trace: x.Trace, Now: x.Now, Deadline: x.Deadline,
	}
	fork.Request.CopyFrom(&x.Request)
	fork.Body.Reset(nil, 0)
	return fork
}

// Reset makes x ready for the next request of its connection; buffers are kept.
func (x *Exchange) Reset() {
	request, body, reply := x.Request, x.Body, x.Reply
	*x = Exchange{Request: request, Body: body, Reply: reply}
	x.Request.Reset()
	x.Body.Reset(nil, 0)
	x.Reply.Reset()
}
