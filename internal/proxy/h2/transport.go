package h2

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// Transport sends exchanges to endpoints that speak HTTP/2 with prior knowledge. It is an exchange.Handler, with the contract of
// proxy.Transport: x.Deadline bounds the exchange up to the last byte, but for gRPC and server-sent events up to the head.
type Transport struct {
	options proxy.TransportOptions
	mu      struct {
		sync.Mutex
		groups map[string]*group
		closed bool
	}
}

// group are the connections to one address. One will do for as many streams as the instance takes.
type group struct {
	links   []*outgoing
	dialing *dialing
}

// dialing is a connection that is being opened, for all who wait for it.
type dialing struct {
	done chan struct{}
	err  error
}

// NewTransport returns a Transport. Close it when it is no longer used.
func NewTransport(o proxy.TransportOptions) *Transport {
	t := &Transport{options: o.OrDefaults()}
	t.mu.groups = map[string]*group{}
	return t
}

// Close closes the connections that are not in use; those in use close after their last exchange, and their goroutines end then.
func (t *Transport) Close() {
	for _, o := range t.closing() {
		o.retire()
	}
}

func (t *Transport) closing() []*outgoing {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.mu.closed = true
	var all []*outgoing
	for _, g := range t.mu.groups {
		all = append(all, g.links...)
	}
	return all
}

// Handle sends the request to x.Endpoint.
func (t *Transport) Handle(x *exchange.Exchange) error {
	const tries = 3
	for try := 1; ; try++ {
		o, reused, err := t.link(x)
		if err != nil {
			return t.unconnected(x, err)
		}
		x.Note.Connected = time.Now()
		c := o.call(x)
		if err = c.carry(); err == nil {
			return nil
		}
		again, cause := c.again(err, reused), c.cause(err)
		c.end()
		x.Reply.Head.Reset()
		if try == tries || !again || !x.Body.Rewind() {
			return cause
		}
	}
}

var (
	errClosed      = errors.New("the transport is closed")
	errUnconnected = errors.New("connecting")
)

// link is a connection with room for another stream, and whether it carried streams before.
func (t *Transport) link(x *exchange.Exchange) (o *outgoing, reused bool, err error) {
	for {
		o, d := t.pick(x.Endpoint.Address)
		if o != nil {
			return o, o.carried.Load() > 1, nil
		}
		if d == nil {
			return nil, false, errClosed
		}
		if err := d.wait(x); err != nil {
			return nil, false, err
		}
	}
}

// pick takes a connection that has room, or has one opened.
func (t *Transport) pick(address string) (*outgoing, *dialing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.mu.groups[address]
	if g == nil {
		g = &group{}
		t.mu.groups[address] = g
	}
	for _, o := range g.links {
		if o.reserve() {
			return o, nil
		}
	}
	if g.dialing == nil && !t.mu.closed {
		g.dialing = &dialing{done: make(chan struct{})}
		d := g.dialing
		go t.dial(address, d)
	}
	return nil, g.dialing
}

// wait waits for the connection, for as long as the exchange may.
func (d *dialing) wait(x *exchange.Exchange) error {
	var timeout <-chan time.Time
	if !x.Deadline.IsZero() {
		timer := time.NewTimer(time.Until(x.Deadline))
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-d.done:
		return d.err
	case <-x.Ctx.Done():
		return errEnded
	case <-timeout:
		return errTimeout
	}
}

func (t *Transport) dial(address string, d *dialing) {
	ctx, cancel := context.WithTimeout(context.Background(), t.options.Connect)
	defer cancel()
	conn, err := t.options.Dial(ctx, "tcp", address)
	if err != nil {
		d.err = errors.Join(errUnconnected, err)
	}
	t.dialled(address, conn, d)
	close(d.done)
}

func (t *Transport) dialled(address string, conn net.Conn, d *dialing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.mu.groups[address]
	g.dialing = nil
	switch {
	case d.err != nil:
	case t.mu.closed:
		d.err = errors.Join(errClosed, conn.Close())
	default:
		o := newOutgoing(t, address, conn)
		g.links = append(g.links, o)
		go o.serve()
	}
	if len(g.links) == 0 {
		delete(t.mu.groups, address)
	}
}

func (t *Transport) remove(o *outgoing) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.mu.groups[o.address]
	if g == nil {
		return
	}
	for i, other := range g.links {
		if other == o {
			g.links = append(g.links[:i], g.links[i+1:]...)
			break
		}
	}
	if len(g.links) == 0 && g.dialing == nil {
		delete(t.mu.groups, o.address)
	}
}

// unconnected is the cause of an exchange for which no connection could be opened.
func (t *Transport) unconnected(x *exchange.Exchange, err error) error {
	instance := x.Endpoint.Instance
	if instance == "" {
		instance = "the instance"
	}
	switch {
	case errors.Is(err, errEnded) || x.Ctx.Err() != nil:
		return problem.New(diag.ClientGone, "the client left").Because(err)
	case errors.Is(err, errTimeout):
		return problem.New(diag.UpstreamTimeout, "no connection within the timeout").At(x.Edge.Caller, x.Edge.Callee).Because(err)
	}
	return problem.New(diag.ConnectFailed, "%s does not accept connections", instance).At(x.Edge.Caller, x.Edge.Callee).Because(err)
}
