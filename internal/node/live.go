package node

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/mesh"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// program is what the consumers of the graph on the request path compiled.
type program struct {
	app     *graph.App
	gateway *gateway.Program
	mesh    *mesh.Program
}

// live is one version of the request path: all of it is swapped at once.
type live struct {
	app     *graph.App
	gateway *gateway.Gateway
	mesh    *mesh.Mesh
}

func compile(app *graph.App) (*program, diag.List) {
	g, found := gateway.Compile(app)
	m, more := mesh.Compile(app)
	return &program{app, g, m}, append(found, more...)
}

// build makes the next version; previous is nil for the first one.
func (p *program) build(previous *live, means mesh.Means) (*live, error) {
	if previous == nil {
		previous = &live{}
	}
	m, err := p.mesh.Build(means, previous.mesh)
	if err != nil {
		return nil, fmt.Errorf("building the mesh: %w", err)
	}
	outbound := func(callee string) (exchange.Handler, error) { return m.Outbound(graph.Gateway, callee) }
	straight := func(callee string) (exchange.Handler, error) { return m.Outbound(graph.Operator, callee) }
	g, err := p.gateway.Build(gateway.Means{Outbound: outbound, Straight: straight, Seed: rand.Uint64, Held: means.Held}, previous.gateway)
	if err != nil {
		return nil, fmt.Errorf("building the gateway: %w", err)
	}
	return &live{p.app, g, m}, nil
}

func meshMeans(endpoints balance.Endpoints, transport exchange.Handler, state *balance.State) mesh.Means {
	if state == nil {
		state = &balance.State{}
	}
	if transport == nil {
		transport = exchange.HandlerFunc(func(*exchange.Exchange) error { return errNothingRuns })
	}
	return mesh.Means{Endpoints: endpoints, Transport: transport, State: state}
}

var errNothingRuns = errors.New("nothing runs")

// edge is the front door: whatever version is live answers the next exchange.
type edge struct{ now *atomic.Pointer[live] }

// Handle implements exchange.Handler.
func (e edge) Handle(x *exchange.Exchange) error { return e.now.Load().gateway.Handle(x) }

func (e edge) refuse(x *exchange.Exchange, err error) { e.now.Load().gateway.Refuse(x, err) }
