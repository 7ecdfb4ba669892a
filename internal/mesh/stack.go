package mesh

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/allow"
	"github.com/banyan-run/banyan/internal/layer/deadline"
	"github.com/banyan-run/banyan/internal/layer/declared"
	"github.com/banyan-run/banyan/internal/layer/edge"
	"github.com/banyan-run/banyan/internal/layer/external"
	"github.com/banyan-run/banyan/internal/layer/host"
	"github.com/banyan-run/banyan/internal/layer/hygiene"
	"github.com/banyan-run/banyan/internal/layer/identity"
	"github.com/banyan-run/banyan/internal/layer/path"
	"github.com/banyan-run/banyan/internal/layer/peer"
	"github.com/banyan-run/banyan/internal/layer/tracing"
	"github.com/banyan-run/banyan/internal/layer/via"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// entry is one layer of the stack. A nil layer has nothing to do on that call.
type entry struct {
	name string
	// port says that it is built only into what an edge's port answers with: there the caller is whoever connected.
	port    bool
	build   func(*call, Means) exchange.Layer
	explain func(*Mesh, *question) (layer.Step, *problem.Cause)
}

// stack is the way of a call, outermost first: the caller's outbound layers, then the callee's inbound ones, then the wire.
var stack = []entry{
	// First, so that whatever is refused is known for the call that it was.
	{name: "edge", explain: explainEdge,
		build: func(c *call, _ Means) exchange.Layer {
			return edge.Layer(exchange.Edge{Caller: c.caller, Callee: c.callee})
		}},
	// Before any refusal, so that each has the caller's trace id.
	{name: "tracing", explain: explainTracing,
		build: func(*call, Means) exchange.Layer { return tracing.Layer() }},
	// Before all that trusts the caller's name: another service has no business at this port.
	{name: "peer", port: true, explain: explainPeer,
		build: func(c *call, _ Means) exchange.Layer { return peer.Layer(c.peers) }},
	// Before the call is carried to where it was not meant to go.
	{name: "host", port: true, explain: explainHost,
		build: func(c *call, _ Means) exchange.Layer { return host.Layer(c.hosts) }},
	// Denied until declared.
	{name: "declared", explain: explainDeclared, build: buildDeclared},
	// Only Banyan says who calls. The gateway's own stack has done it for what comes from there, and added what it knows.
	{name: "hygiene", explain: explainHygiene, build: buildHygiene},
	// Before the path is compared with the list; again for the gateway's, whose routes may have rewritten it.
	{name: "path", explain: explainPath,
		build: func(*call, Means) exchange.Layer { return path.Layer() }},
	// The narrower half of the declaration.
	{name: "allow", explain: explainAllow, build: buildAllow},
	// Bounds all tries together, and the wait for an instance; the earlier of the route's and the call's.
	{name: "deadline", explain: explainDeadline, build: buildDeadline},
	// After hygiene, and last of what edits the head, so that nothing the caller sent can stand in its place.
	{name: "identity", explain: explainIdentity, build: buildIdentity},
	// Once a hop, not once a try.
	{name: "via", explain: explainVia,
		build: func(*call, Means) exchange.Layer { return via.Layer() }},
	// Before an instance is chosen: who answers in the callee's place, or beside it, is chosen here.
	{name: "attached", explain: explainAttached, build: buildAttached},
	// A mock has no instance: what stands below is not asked.
	{name: "mock", explain: explainMock, build: buildMock},
	// Where the endpoint is chosen is where calls are tried again, and nowhere else.
	{name: "balance", explain: explainBalance,
		build: func(c *call, m Means) exchange.Layer {
			return balance.Layer(c.callee, m.Endpoints, m.State, c.retry)
		}},

	// Inbound: from here on once a try, beside the callee.

	// Last: what stands before it saw the request as the caller made it.
	{name: "external", explain: explainExternal, build: buildExternal},
}

func buildDeclared(c *call, _ Means) exchange.Layer {
	if c.undeclared == nil {
		return nil
	}
	return declared.Layer(c.undeclared)
}

func buildHygiene(c *call, _ Means) exchange.Layer {
	if c.caller == graph.Gateway {
		return nil
	}
	return hygiene.Layer()
}

func buildAllow(c *call, _ Means) exchange.Layer {
	if c.allow == nil {
		return nil
	}
	return allow.Layer(c.allow)
}

// buildDeadline has none for the gateway: a route's timeout is its own.
func buildDeadline(c *call, m Means) exchange.Layer {
	if c.timeout == 0 {
		return nil
	}
	if m.Held == nil {
		return deadline.Layer(c.timeout, nil)
	}
	return deadline.Layer(c.timeout, func() bool { return m.Held(c.callee) })
}

// buildIdentity has none for an external service under a URL: who calls whom here is not told there.
func buildIdentity(c *call, _ Means) exchange.Layer {
	if c.foreign {
		return nil
	}
	return identity.Layer(c.caller)
}

func buildExternal(c *call, _ Means) exchange.Layer {
	if c.external == nil {
		return nil
	}
	return external.Layer(c.external)
}
