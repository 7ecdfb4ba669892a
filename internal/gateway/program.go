package gateway

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/rewrite"
	"github.com/banyan-run/banyan/internal/layer/route"
	"github.com/banyan-run/banyan/internal/layer/split"
	"github.com/banyan-run/banyan/internal/problem"
)

// Program is the gateway's part of the graph. It is immutable.
type Program struct {
	listen   string
	audience problem.Audience
	rules    []*rule
	table    *route.Table
	// host is the application's name under TLS, hosts are those of services.
	host  string
	hosts map[string]string
}

// rule is one route with what its layers need.
type rule struct {
	*route.Rule
	timeout time.Duration
	rewrite *rewrite.Program
	// rewriteAt is the line of strip or rewrite.
	rewriteAt diag.Position
	// targets have a route each; a single one's is the rule's.
	targets []split.Target
}

// Compile makes the program of app. It is pure; the program is nil when the list has an error.
func Compile(app *graph.App) (*Program, diag.List) {
	c := compiler{app: app}
	p := &Program{listen: cmp.Or(app.Edge.Listen, graph.DefaultListen), host: app.Host(), hosts: hostsOf(app)}
	c.secure()
	if app.Environment == graph.Local && loopback(p.listen) {
		p.audience = problem.Inside
	}
	var matchers []*route.Rule
	alike := map[[2]string][]*route.Rule{} // by host and shape: only those can be in conflict
	for _, r := range app.Edge.Routes {
		if compiled := c.rule(r); compiled != nil {
			key := [2]string{compiled.Host, compiled.Pattern.Shape()}
			c.conflicts(compiled, alike[key])
			alike[key] = append(alike[key], compiled.Rule)
			p.rules = append(p.rules, compiled)
			matchers = append(matchers, compiled.Rule)
		}
	}
	if c.found.Sort(); c.found.Failed() {
		return nil, c.found
	}
	p.table = route.NewTable(matchers)
	return p, c.found
}

// loopback tells whether only this machine can connect: who is outside is not told the file's lines.
func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	at, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && at.IsLoopback()
}

// secure says where HTTPS is asked for in vain.
func (c *compiler) secure() {
	if c.app.Edge.HTTPS != "" && c.app.HTTPS() == "" {
		d := diag.At(c.app.Edge.HTTPSAt, diag.BadValue, "https is of the environment local alone, and this is %s: nothing listens there", c.app.Environment).
			WithHint("write it under environments: {local: {gateway: {https: true}}}")
		d.Severity = diag.Warning
		c.found.Add(d)
	}
}

type compiler struct {
	app   *graph.App
	found diag.List
}

func (c *compiler) rule(r *graph.Route) *rule {
	pattern, err := layer.ParsePattern(r.Path)
	if err != nil {
		c.found.Add(diag.At(r.PathAt, diag.BadValue, "path %s: %v", r.Path, err).
			WithHint("write it as /orders/**, /orders/* or /orders/{id}"))
		return nil
	}
	if !validHost(r.Host) {
		c.found.Add(diag.At(r.At, diag.BadValue, "host %s is no host name", r.Host).
			WithHint("write it without a port, as shop.example, or *.shop.example for all names below"))
		return nil
	}
	compiled := &rule{
		Rule: &route.Rule{
			Host: strings.ToLower(r.Host), Methods: r.Methods, Pattern: pattern, At: r.At,
			Route: &exchange.Route{Name: r.Name, Template: r.Path},
		},
		timeout: cmp.Or(r.Timeout, c.app.Edge.Timeout, graph.DefaultRouteTimeout), rewriteAt: r.RewriteAt,
	}
	c.targets(r, compiled)
	c.rewriting(r, compiled)
	return compiled
}

// validHost takes a name, or one behind `*.`.
func validHost(host string) bool {
	name := strings.TrimPrefix(host, "*.")
	return host == "" || name != "" && !strings.ContainsAny(name, "*:/ ")
}

func (c *compiler) targets(r *graph.Route, compiled *rule) {
	for _, target := range r.Targets {
		if s, ours := c.app.Service(target.To); ours && s.Protocol == graph.TCP {
			c.found.Add(diag.At(target.At, diag.BadValue, "%s speaks tcp, and a route carries HTTP", target.To).
				WithHint("expose %s with another protocol, or let services call it", target.To))
		}
		to := &exchange.Route{Name: r.Name, Template: r.Path, To: target.To}
		if len(r.Targets) == 1 {
			compiled.Route = to
		}
		compiled.targets = append(compiled.targets, split.Target{Route: to, Weight: max(target.Weight, 1)})
	}
	if len(r.Targets) == 0 {
		c.found.Add(diag.At(r.At, diag.MissingKey, "route %s leads nowhere", r.Name).WithHint("add to:"))
	}
}

func (c *compiler) rewriting(r *graph.Route, compiled *rule) {
	switch {
	case r.Strip != "":
		c.strip(r, compiled)
	case r.Rewrite != "":
		template, err := layer.ParseTemplate(r.Rewrite, compiled.Pattern)
		if err != nil {
			c.found.Add(diag.At(r.RewriteAt, diag.BadValue, "rewrite %s: %v", r.Rewrite, err).
				WithHint("use what the path captures: /v2/{id}, or /v2/**"))
			return
		}
		compiled.rewrite = &rewrite.Program{Pattern: compiled.Pattern, Template: template}
	}
}

// strip holds that every path of the route begins with the prefix, so that nothing is left unstripped unseen.
func (c *compiler) strip(r *graph.Route, compiled *rule) {
	prefix := strings.TrimSuffix(r.Strip, "/")
	begins := compiled.Pattern.Prefix()
	if prefix == "" {
		return
	}
	if begins != prefix && !strings.HasPrefix(begins, prefix+"/") {
		c.found.Add(diag.At(r.RewriteAt, diag.BadValue, "strip %s is no beginning of the path %s", r.Strip, r.Path).
			WithHint("strip what all paths of the route begin with, such as %s", cmp.Or(begins, "/")))
		return
	}
	compiled.rewrite = &rewrite.Program{Strip: prefix}
}

func (c *compiler) conflicts(r *rule, before []*route.Rule) {
	if at := slices.IndexFunc(before, func(b *route.Rule) bool { return route.Conflict(b, r.Rule) }); at >= 0 {
		first := before[at]
		c.found.Add(diag.At(r.At, diag.RouteConflict, "route %s matches the same requests as %s", r.Route.Name, first.Route.Name).
			WithHint("change the path, the method or the host of one; the other is at %s", first.At))
	}
}
