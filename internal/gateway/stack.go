package gateway

import (
	"slices"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/deadline"
	"github.com/banyan-run/banyan/internal/layer/edge"
	"github.com/banyan-run/banyan/internal/layer/forwarded"
	"github.com/banyan-run/banyan/internal/layer/hygiene"
	"github.com/banyan-run/banyan/internal/layer/path"
	"github.com/banyan-run/banyan/internal/layer/rewrite"
	"github.com/banyan-run/banyan/internal/layer/route"
	"github.com/banyan-run/banyan/internal/layer/split"
	"github.com/banyan-run/banyan/internal/layer/tracing"
	"github.com/banyan-run/banyan/internal/problem"
)

// entry is one layer of the stack. It is built by edge, once, or by each, once a route; a nil layer has nothing to do.
type entry struct {
	name    string
	edge    func(*Program) exchange.Layer
	each    func(*rule, Means) exchange.Layer
	explain func(*Program, *question) (layer.Step, *problem.Cause)
}

// stack is the way of a request through the gateway, outermost first. After it comes the mesh's outbound stack of the caller
// `gateway`, which balances and sends.
var stack = []entry{
	// First, so that whatever is refused is known to have been the gateway's.
	{name: "edge", explain: explainEdge,
		edge: func(*Program) exchange.Layer { return edge.Layer(exchange.Edge{Caller: graph.Gateway}) }},
	// Before anything reads a field: what only Banyan may say must not come from outside.
	{name: "hygiene", explain: explainHygiene,
		edge: func(*Program) exchange.Layer { return hygiene.Layer() }},
	// Before any refusal, so that each has the client's trace id.
	{name: "tracing", explain: explainTracing,
		edge: func(*Program) exchange.Layer { return tracing.Layer() }},
	// From the connection, while Host is still the client's.
	{name: "forwarded", explain: explainForwarded,
		edge: func(*Program) exchange.Layer { return forwarded.Layer() }},
	// Before the path is matched: there is one form of it, or none.
	{name: "path", explain: explainPath,
		edge: func(*Program) exchange.Layer { return path.Layer() }},
	// Decides all that follows: the layers below are built once a route.
	{name: "route", explain: explainRoute,
		edge: func(p *Program) exchange.Layer { return route.Layer(p.table) }},
	// As early as the timeout is known, so that it bounds everything behind, held and repeated tries included.
	{name: "deadline", explain: explainDeadline,
		each: buildDeadline},
	// After whatever reads the path as the file's patterns have it, for from here on it is the service's own.
	{name: "rewrite", explain: explainRewrite, each: buildRewrite},
	// Last: the share decides who is asked and nothing else.
	{name: "to", explain: explainTo, each: buildSplit},
}

func buildDeadline(r *rule, m Means) exchange.Layer {
	if m.Held == nil {
		return deadline.Layer(r.timeout, nil)
	}
	return deadline.Layer(r.timeout, func() bool { return r.held(m.Held) })
}

// held tells whether a debugger holds one of the targets.
func (r *rule) held(holds func(service string) bool) bool {
	return slices.ContainsFunc(r.targets, func(t split.Target) bool { return holds(t.Route.To) })
}

func buildRewrite(r *rule, _ Means) exchange.Layer {
	if r.rewrite == nil {
		return nil
	}
	return rewrite.Layer(r.rewrite)
}

func buildSplit(r *rule, m Means) exchange.Layer {
	if len(r.targets) == 1 {
		return nil
	}
	return split.Layer(&split.Program{Targets: r.targets, Seed: m.Seed})
}
