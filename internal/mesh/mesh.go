package mesh

import (
	"errors"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer/refusal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

var errNoHost = errors.New("it has no host")

// Means is what a Mesh needs to be live.
type Means struct {
	Endpoints balance.Endpoints
	// Transport sends an exchange to its endpoint.
	Transport exchange.Handler
	// State is what is learnt of instances. nil is the previous mesh's, or a new one.
	State *balance.State
	// Held tells whether a debugger holds a callee, or somebody whom it calls in turn: no timeout holds then. nil is never.
	Held func(callee string) bool
}

// Mesh is a snapshot: an exchange that began with it ends with it, whatever is swapped in meanwhile. Endpoints are read anew for each
// try.
type Mesh struct {
	*Program
	means    Means
	outbound map[pair]exchange.Handler
	ports    map[pair]exchange.Handler
}

// Build makes the program live. Load estimates, budgets and what else the State holds are carried over from previous.
func (p *Program) Build(m Means, previous *Mesh) (*Mesh, error) {
	if m.State == nil && previous != nil {
		m.State = previous.means.State
	}
	if m.State == nil {
		m.State = &balance.State{}
	}
	built := &Mesh{Program: p, means: m, outbound: map[pair]exchange.Handler{}, ports: map[pair]exchange.Handler{}}
	for key, c := range p.calls {
		built.outbound[key] = built.stack(c, false)
	}
	for _, e := range p.edges {
		key := pair{e.Caller, e.Callee}
		built.ports[key] = built.stack(p.calls[key], true)
	}
	return built, nil
}

// stack builds what carries a call; port says that it answers at the edge's port.
func (m *Mesh) stack(c *call, port bool) exchange.Handler {
	var layers []exchange.Layer
	for _, e := range stack {
		if e.port && !port {
			continue
		}
		if l := e.build(c, m.means); l != nil {
			layers = append(layers, l)
		}
	}
	return exchange.Stack(m.means.Transport, layers...)
}

// Outbound is what carries the calls of caller, which may be graph.Gateway or graph.Operator, to callee. A call that is not declared
// has a handler too: it refuses. The error is of a name that the application does not have, or of a callee that speaks TCP.
func (m *Mesh) Outbound(caller, callee string) (exchange.Handler, error) {
	if h, known := m.outbound[pair{caller, callee}]; known && m.callees[callee].protocol != graph.TCP {
		return h, nil
	}
	c, err := m.find(caller, callee)
	if err != nil {
		return nil, err
	}
	if m.callees[callee].protocol == graph.TCP {
		return nil, problem.New(diag.BadArgument, "%s speaks tcp: its edges carry connections, not requests", callee)
	}
	return m.stack(c, false), nil
}

// Edge is what the port of a declared edge answers with: Outbound, and before it whose port it is and what Host says. The error is of
// an edge that there is not.
func (m *Mesh) Edge(caller, callee string) (exchange.Handler, error) {
	h, known := m.ports[pair{caller, callee}]
	if !known || m.callees[callee].protocol == graph.TCP {
		return nil, problem.New(diag.NoSuchThing, "%s has no port for requests to %s", caller, callee)
	}
	return h, nil
}

// Admit is the check of a port for a connection of a TCP edge, for balance.Stream's Admit.
func (m *Mesh) Admit(caller, callee string, who exchange.Peer) error {
	c, err := m.find(caller, callee)
	switch {
	case err != nil:
		return err
	case c.undeclared != nil:
		return c.undeclared
	}
	return c.peers.Check(who)
}

// find is the call of two names, a refused one when it is not declared.
func (p *Program) find(caller, callee string) (*call, error) {
	if c, known := p.calls[pair{caller, callee}]; known {
		return c, nil
	}
	if _, known := p.callees[callee]; !known {
		return nil, problem.New(diag.NoSuchService, "there is no service %s", callee)
	}
	if _, known := p.services[caller]; !known && caller != graph.Gateway {
		return nil, problem.New(diag.NoSuchService, "there is no service %s", caller)
	}
	c := p.call(caller, callee)
	c.undeclared = p.refusal(caller, callee)
	return c, nil
}

// Refuse makes err the answer: the one place where a cause gets a status. Hop and fix are told in the environment local.
func (p *Program) Refuse(x *exchange.Exchange, err error) { refusal.Write(x, err, p.audience) }
