package mesh

import (
	"cmp"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// Program is the mesh's part of the graph. It is immutable.
type Program struct {
	audience problem.Audience
	// calls are those that are carried; declared says which of them services declared.
	calls map[pair]*call
	// services maps each service to what it declares, callees all that can be called.
	services map[string]*declarer
	callees  map[string]*callee
	// names are those of all services, as Host may have them.
	names map[string]struct{}
	edges []Edge
}

// pair is a caller and a callee.
type pair struct{ caller, callee string }

// declarer is a service as a caller.
type declarer struct {
	service *graph.Service
	calls   []string
}

// Edge is a declared call between services. Each has a loopback port of its own.
type Edge struct {
	Caller, Callee string
	// Protocol is the callee's; a TCP edge is carried by balance.Stream with Admit, every other by proxy.Server with the handler of
	// Mesh.Edge.
	Protocol graph.Protocol
}

// Compile makes the program of app. It is pure; the program is nil when the list has an error.
func Compile(app *graph.App) (*Program, diag.List) {
	c := compiler{app: app, p: &Program{
		calls: map[pair]*call{}, services: map[string]*declarer{}, callees: map[string]*callee{}, names: map[string]struct{}{},
	}}
	if app.Environment == graph.Local {
		c.p.audience = problem.Inside
	}
	c.names()
	for _, s := range app.Services {
		for _, declared := range s.Calls {
			c.declared(s, declared)
		}
	}
	slices.SortFunc(c.p.edges, func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
	})
	for _, name := range app.Callees() {
		c.add(graph.Operator, name)
		if slices.Contains(app.Callers(name), graph.Gateway) {
			c.add(graph.Gateway, name)
		}
	}
	if c.found.Sort(); c.found.Failed() {
		return nil, c.found
	}
	return c.p, c.found
}

// Edges are the declared calls between services, sorted by caller and callee.
func (p *Program) Edges() []Edge { return slices.Clone(p.edges) }

type compiler struct {
	app   *graph.App
	p     *Program
	found diag.List
}

// names collects who may call and be called.
func (c *compiler) names() {
	for _, s := range c.app.Services {
		d := &declarer{service: s}
		for _, declared := range s.Calls {
			d.calls = append(d.calls, declared.To)
		}
		c.p.services[s.Name] = d
		c.p.callees[s.Name] = c.replaced(&callee{protocol: s.Protocol}, graph.External{Name: s.Name, At: s.At, Contract: s.Contract, Replaced: s.Replaced})
	}
	for _, e := range c.app.External {
		c.p.callees[e.Name] = c.replaced(c.external(e), *e)
	}
	for name := range c.p.callees {
		c.p.names[name] = struct{}{}
	}
	// A service may be called localhost; in Host the word still means this machine.
	delete(c.p.names, "localhost")
}

// declared compiles one entry of calls.
func (c *compiler) declared(s *graph.Service, declared *graph.Call) {
	callee, known := c.p.callees[declared.To]
	if !known {
		d := diag.At(declared.At, diag.UnknownService, "%s calls %s, which does not exist", s.Name, declared.To).
			WithHint("declare %s under services or external", declared.To)
		if near := diag.Nearest(declared.To, c.app.Callees()); near != "" {
			d = d.WithHint("did you mean %s?", near)
		}
		c.found.Add(d)
		return
	}
	made := c.p.call(s.Name, declared.To)
	made.at = declared.At
	made.timeout = cmp.Or(declared.Timeout, graph.DefaultCallTimeout)
	made.allow = c.allow(s.Name, declared, callee)
	made.retry = c.retry(declared)
	c.p.calls[pair{s.Name, declared.To}] = made
	c.p.edges = append(c.p.edges, Edge{Caller: s.Name, Callee: declared.To, Protocol: callee.protocol})
}

// add compiles a call of the gateway or the operator, whom no list binds. The gateway's is bounded by its route.
func (c *compiler) add(caller, callee string) {
	made := c.p.call(caller, callee)
	if caller == graph.Operator {
		made.timeout = graph.DefaultCallTimeout
	}
	c.p.calls[pair{caller, callee}] = made
}

// refusal is what caller is told that may not call callee; it is made for the file's line of the caller.
func (p *Program) refusal(caller, callee string) *problem.Cause {
	var fix *problem.Fix
	if d, known := p.services[caller]; known && !d.service.At.IsZero() {
		fix = layer.Declaring(d.service, callee)
	}
	return layer.NotDeclared(caller, callee, fix)
}
