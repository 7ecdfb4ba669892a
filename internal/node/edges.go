package node

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/mesh"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/reconcile"
)

// edges are the ports of declared calls: one on loopback for each, kept over reloads and over control processes. The port of
// a call that is no longer declared stays until no instance is left that was started with it.
type edges struct {
	link  listeners
	group *lifecycle.Group
	// server and stream make what serves a port.
	server func(handle exchange.Handler, refuse func(*exchange.Exchange, error)) *proxy.Server
	stream func(callee string, admit func(exchange.Peer) error, caller string) *balance.Stream
	// within bounds the wait for exchanges of a port that is given up.
	within func() time.Duration
	mu     struct {
		sync.Mutex
		open map[edgeName]*port
	}
}

// listeners are held by the keeper, so that they outlive the control process.
type listeners interface {
	Listen(key, network, address string) (net.Listener, error)
	Unlisten(key string) error
}

type edgeName struct{ caller, callee string }

func (e edgeName) key() string { return "edge/" + e.caller + "/" + e.callee }

// port is one edge's: what answers is replaced at each reload.
type port struct {
	name     edgeName
	address  string
	protocol graph.Protocol
	answer   atomic.Pointer[answering]
	shutdown func(context.Context) error
	// retire lets idle connections end by themselves; nil where connections are never idle.
	retire func()
	// gone says that the file does not declare it any more.
	gone bool
}

// answering is how a version of the mesh answers at a port; a tcp port has no handler.
type answering struct {
	handler exchange.Handler
	mesh    *mesh.Mesh
}

// Handle implements exchange.Handler.
func (p *port) Handle(x *exchange.Exchange) error { return p.answer.Load().handler.Handle(x) }

// refuse answers for what broke the protocol too, which no layer has seen: the port says whose call it was.
func (p *port) refuse(x *exchange.Exchange, err error) {
	if x.Edge == (exchange.Edge{}) {
		x.Edge = exchange.Edge{Caller: p.name.caller, Callee: p.name.callee}
	}
	p.answer.Load().mesh.Refuse(x, err)
}

// prepare opens the ports that a program needs and does not have yet. Nothing that is answered changes.
func (e *edges) prepare(wanted []mesh.Edge, next *mesh.Mesh) (map[edgeName]*answering, error) {
	answers, err := prepared(wanted, next)
	if err != nil {
		return nil, err
	}
	fresh, other := e.missing(wanted)
	for i, w := range slices.Concat(fresh, other) {
		name := edgeName{w.Caller, w.Callee}
		if err := e.listen(name, w.Protocol, answers[name]); err != nil {
			for _, opened := range fresh[:min(i, len(fresh))] {
				name := edgeName{opened.Caller, opened.Callee}
				e.close(name, e.find(name), true)
			}
			return nil, err
		}
	}
	return answers, nil
}

// missing are the edges without a port, and those whose port carries connections where it is to answer requests, or the other way
// round: what listens there is replaced, so they come last.
func (e *edges) missing(wanted []mesh.Edge) (fresh, other []mesh.Edge) {
	for _, w := range wanted {
		switch known := e.find(edgeName{w.Caller, w.Callee}); {
		case known == nil:
			fresh = append(fresh, w)
		case (known.protocol == graph.TCP) != (w.Protocol == graph.TCP):
			other = append(other, w)
		}
	}
	return fresh, other
}

// prepared are the answers at each port.
func prepared(wanted []mesh.Edge, next *mesh.Mesh) (map[edgeName]*answering, error) {
	answers := map[edgeName]*answering{}
	for _, w := range wanted {
		name := edgeName{w.Caller, w.Callee}
		answers[name] = &answering{mesh: next}
		if w.Protocol != graph.TCP {
			handler, err := next.Edge(w.Caller, w.Callee)
			if err != nil {
				return nil, fmt.Errorf("building the call %s → %s: %w", w.Caller, w.Callee, err)
			}
			answers[name].handler = handler
		}
	}
	return answers, nil
}

func (e *edges) find(name edgeName) *port {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mu.open[name]
}

func (e *edges) listen(name edgeName, protocol graph.Protocol, first *answering) error {
	if old := e.find(name); old != nil {
		e.close(name, old, false)
	}
	l, err := e.link.Listen(name.key(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("opening a port for %s → %s: %w", name.caller, name.callee, err)
	}
	p := &port{name: name, address: l.Addr().String(), protocol: protocol}
	p.answer.Store(first)
	e.group.Go(name.key(), e.serving(p, name, l))
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mu.open[name] = p
	return nil
}

func (e *edges) serving(p *port, name edgeName, l net.Listener) func(context.Context) error {
	if p.protocol == graph.TCP {
		admit := func(who exchange.Peer) error { return p.answer.Load().mesh.Admit(name.caller, name.callee, who) }
		s := e.stream(name.callee, admit, name.caller)
		p.shutdown = s.Shutdown
		return func(ctx context.Context) error { return s.Serve(ctx, l) }
	}
	s := e.server(p, p.refuse)
	p.shutdown, p.retire = s.Shutdown, s.Retire
	return func(ctx context.Context) error { return s.Serve(ctx, l) }
}

// swap makes the prepared answers live. What is no longer declared answers as before.
func (e *edges) swap(answers map[edgeName]*answering) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for name, p := range e.mu.open {
		if next := answers[name]; next != nil {
			p.answer.Store(next)
		}
	}
}

// retire marks the ports that are not among the declared ones. It comes after the services were told of their new graph: until
// then nobody can say whether a caller has rolled over.
func (e *edges) retire(declared []mesh.Edge) {
	wanted := map[edgeName]bool{}
	for _, d := range declared {
		wanted[edgeName{d.Caller, d.Callee}] = true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for name, p := range e.mu.open {
		p.gone = !wanted[name]
	}
}

func (e *edges) anyGone() bool { return len(e.unwanted()) > 0 }

// clear closes the ports that are no longer declared and whose caller has no instance of an earlier graph left, as observe
// says after they were marked.
func (e *edges) clear(observe func() []reconcile.Service) {
	gone := e.unwanted()
	if len(gone) == 0 {
		return
	}
	services := observe()
	for name, p := range gone {
		if rolled(services, name.caller) {
			e.close(name, p, true)
		}
	}
}

func (e *edges) unwanted() map[edgeName]*port {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := map[edgeName]*port{}
	for name, p := range e.mu.open {
		if p.gone {
			all[name] = p
		}
	}
	return all
}

// close drains a port; forever gives it back to the system as well.
func (e *edges) close(name edgeName, p *port, forever bool) {
	e.mu.Lock()
	delete(e.mu.open, name)
	e.mu.Unlock()
	if forever {
		_ = e.link.Unlisten(name.key()) // a keeper that is gone holds nothing
	}
	e.group.Go("closing "+name.key(), func(ctx context.Context) error {
		bounded, cancel := context.WithTimeout(ctx, e.within())
		defer cancel()
		_ = p.shutdown(bounded) // what outlasts it is cut
		return nil
	})
}

// address is where a caller finds a callee.
func (e *edges) address(caller, callee string) (string, bool) {
	p := e.find(edgeName{caller, callee})
	if p == nil {
		return "", false
	}
	return p.address, true
}
