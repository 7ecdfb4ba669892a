package gateway

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/edge"
	"github.com/banyan-run/banyan/internal/layer/forwarded"
	"github.com/banyan-run/banyan/internal/layer/hygiene"
	"github.com/banyan-run/banyan/internal/layer/origin"
	"github.com/banyan-run/banyan/internal/layer/peer"
	"github.com/banyan-run/banyan/internal/layer/tracing"
	"github.com/banyan-run/banyan/internal/problem"
)

// straight is the way of a request to the name of a service, orders.shop.localhost, outermost first. It is the operator's: whoever
// opens that name sits at this machine, as who types banyan call does. After it comes the mesh's outbound stack of the
// caller `operator`.
var straight = []struct {
	name  string
	says  string
	layer func(p *Program, service string) exchange.Layer
}{
	// First, so that whatever is refused is known for the call that it was.
	{"edge", "from outside, as the operator",
		func(_ *Program, service string) exchange.Layer {
			return edge.Layer(exchange.Edge{Caller: graph.Operator, Callee: service})
		}},
	// Before anything reads a field: what only Banyan may say must not come from outside.
	{"hygiene", "X-Banyan-* removed", func(*Program, string) exchange.Layer { return hygiene.Layer() }},
	// Before any refusal, so that each has the client's trace id.
	{"tracing", "traceparent continued", func(*Program, string) exchange.Layer { return tracing.Layer() }},
	// Services have calls, each with a port of its own: this name would lead around what they declare.
	{"peer", "no service of the application", func(p *Program, service string) exchange.Layer { return peer.Layer(p.strangers(service)) }},
	// A page of the web can make a browser send requests here, and the operator may call everything.
	{"origin", "no page of another site", func(*Program, string) exchange.Layer { return origin.Layer() }},
	// From the connection, while Host is still the client's.
	{"forwarded", "X-Forwarded-* set", func(*Program, string) exchange.Layer { return forwarded.Layer() }},
}

// hostsOf are the names of services, where the application answers under TLS.
func hostsOf(app *graph.App) map[string]string {
	hosts := map[string]string{}
	for _, s := range app.Services {
		if host := app.HostOf(s.Name); host != "" && app.HTTPS() != "" {
			hosts[host] = s.Name
		}
	}
	return hosts
}

// Knows tells whether a name, in lower case, is one under which the application answers with TLS.
func (p *Program) Knows(name string) bool {
	_, service := p.hosts[name]
	return service || name == p.host
}

// Straight tells whether a name, in lower case, leads straight to a service: then it matters whether a service asks.
func (p *Program) Straight(name string) bool {
	_, service := p.hosts[name]
	return service
}

// strangers is what a service hears that takes the name of another for its address.
func (p *Program) strangers(service string) *peer.Program {
	return &peer.Program{Caller: graph.Operator, Refuse: func(other string) *problem.Cause {
		return problem.New(diag.WrongHost, "%s came to the address at which people look at %s; a call that it declares has an address of its own.", other, service).
			At(other, service)
	}}
}

// direct builds the ways to the names of services.
func (p *Program) direct(m Means) (map[string]exchange.Handler, error) {
	all := map[string]exchange.Handler{}
	for host, service := range p.hosts {
		h, err := m.Straight(service)
		if err != nil {
			return nil, fmt.Errorf("building %s: %w", host, err)
		}
		var layers []exchange.Layer
		for _, e := range straight {
			layers = append(layers, e.layer(p, service))
		}
		all[host] = exchange.Stack(h, layers...)
	}
	return all, nil
}

// HandleSecure answers a request that came under TLS: to the name of a service straight, to every other as Handle does. The name
// in the request must be the one that the certificate was asked for, or a page could reach by one name what another may not
// (RFC 9110 §7.4).
func (g *Gateway) HandleSecure(x *exchange.Exchange) error {
	const longest = 253 // of a host name (RFC 1035 §2.3.4)
	if len(x.Request.Authority) > longest {
		return g.misdirected(x, "a name that is too long")
	}
	var buf [longest]byte
	host := layer.AppendHost(buf[:0], x.Request.Authority)
	if !g.meant(string(host), x.Peer.ServerName) {
		return g.misdirected(x, string(host))
	}
	if straight := g.names[string(host)]; straight != nil {
		return straight.Handle(x)
	}
	return g.handler.Handle(x)
}

// meant tells whether a request for host may come over a connection to name. Clients send no name for an address.
func (p *Program) meant(host, name string) bool {
	if host == "localhost" || p.Knows(host) {
		return host == name
	}
	at, err := netip.ParseAddr(host)
	return err == nil && at.IsLoopback() && name == ""
}

// misdirected has the client try again over another connection: RFC 9110 §15.5.20.
func (p *Program) misdirected(x *exchange.Exchange, host string) error {
	x.Edge.Caller = graph.Gateway
	const misdirected = 421
	c := problem.New(diag.WrongHost, "the connection was made to %q, and the request is for %q.", x.Peer.ServerName, host)
	c.Status = misdirected
	return c
}

// explainStraight says how a request to the name of a service goes, when the URL is one.
func (p *Program) explainStraight(q *question, url string) bool {
	scheme, _, absolute := strings.Cut(url, "://")
	service, named := p.hosts[string(layer.AppendHost(nil, q.authority))]
	if !absolute || !strings.EqualFold(scheme, "https") || !named {
		return false
	}
	for _, e := range straight {
		q.verdict.Steps = append(q.verdict.Steps, layer.Step{Name: e.name, Says: e.says})
	}
	q.verdict.Caller, q.verdict.Callees, q.verdict.Path = graph.Operator, []string{service}, q.path
	return true
}
