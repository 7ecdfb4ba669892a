package gateway

import (
	"fmt"
	"math/rand/v2"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer/refusal"
	"github.com/banyan-run/banyan/internal/problem"
)

// Means is what a Gateway needs to be live.
type Means struct {
	// Outbound gives the handler that sends to a service: the mesh's, for the caller `gateway`.
	Outbound func(callee string) (exchange.Handler, error)
	// Straight is that for the caller `operator`; it is asked for services that have a name under TLS.
	Straight func(callee string) (exchange.Handler, error)
	// Seed gives a random number a request, for weights, from any goroutine; nil is math/rand's.
	Seed func() uint64
	// Held tells whether a debugger holds a service, or somebody whom it calls in turn: no timeout holds then. nil is never.
	Held func(service string) bool
}

// Gateway is a snapshot: an exchange that began with it ends with it, whatever is swapped in meanwhile.
type Gateway struct {
	*Program
	handler exchange.Handler
	held    func(service string) bool
	// names lead straight to services.
	names map[string]exchange.Handler
}

// Build makes the program live. Nothing that it has to keep over a reload lives here: what is learnt of instances is the mesh's.
func (p *Program) Build(m Means, _ *Gateway) (*Gateway, error) {
	if m.Seed == nil {
		m.Seed = rand.Uint64
	}
	routes := forks{}
	for _, r := range p.rules {
		h, err := p.route(r, m)
		if err != nil {
			return nil, fmt.Errorf("building route %s: %w", r.Route.Name, err)
		}
		routes[r.Route] = h
	}
	var layers []exchange.Layer
	for _, e := range stack {
		if e.edge != nil {
			layers = append(layers, e.edge(p))
		}
	}
	names, err := p.direct(m)
	if err != nil {
		return nil, err
	}
	return &Gateway{Program: p, held: m.Held, handler: exchange.Stack(routes, layers...), names: names}, nil
}

// route builds what follows once a route is found.
func (p *Program) route(r *rule, m Means) (exchange.Handler, error) {
	targets := forks{}
	for _, t := range r.targets {
		h, err := m.Outbound(t.Route.To)
		if err != nil {
			return nil, err
		}
		targets[t.Route] = h
	}
	var layers []exchange.Layer
	for _, e := range stack {
		if e.each == nil {
			continue
		}
		if l := e.each(r, m); l != nil {
			layers = append(layers, l)
		}
	}
	return exchange.Stack(targets, layers...), nil
}

// forks go on by the exchange's route.
type forks map[*exchange.Route]exchange.Handler

func (f forks) Handle(x *exchange.Exchange) error { return f[x.Route].Handle(x) }

// Handle answers a request from outside.
func (g *Gateway) Handle(x *exchange.Exchange) error { return g.handler.Handle(x) }

// Refuse makes err the answer: the one place where a cause gets a status. Hop and fix are told in the environment local, and then only
// while the gateway listens on loopback.
func (p *Program) Refuse(x *exchange.Exchange, err error) {
	if x.Edge.Caller == "" {
		x.Edge.Caller = graph.Gateway // refused before the first layer saw it
	}
	refusal.Write(x, located(x, err), p.audience)
}

// located is err with its hop: what no call behind the gateway refused was refused between the client and it.
func located(x *exchange.Exchange, err error) error {
	cause := *problem.CauseOf(err) // a copy: causes of a program are shared
	switch {
	case cause.Hop != "":
		return err
	case x.Edge.Callee != "":
		return cause.At(x.Edge.Caller, x.Edge.Callee)
	}
	return cause.At("client", graph.Gateway)
}
