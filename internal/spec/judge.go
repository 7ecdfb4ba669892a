package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// judge finds what is wrong between nouns: names that two of them take, and edges that cannot be what they say.
func (r *reader) judge(app *graph.App) {
	r.routes(app)
	for _, service := range app.Services {
		r.variables(app, service)
	}
	r.exported(app)
	r.opaque(app)
	r.deaf(app)
	r.circles(app)
}

// refuseAt is refuse for a place of the graph, which has no width: the word at it is underlined.
func refuseAt(at diag.Position, width int, code diag.Code, format string, args ...any) diag.Diagnostic {
	d := diag.At(at, code, format, args...)
	d.Width = width
	return d
}

// routes refuses two that have one name, and two between which nothing decides. Names that were made are told apart already.
func (r *reader) routes(app *graph.App) {
	alike, named := map[string][]*graph.Route{}, map[string]*graph.Route{}
	for _, b := range app.Edge.Routes {
		if b.Path == "" {
			continue // reported
		}
		matches := b.Host + anonymous(b.Path)
		at := slices.IndexFunc(alike[matches], func(a *graph.Route) bool { return sameRequests(a, b) })
		first, taken := named[b.Name]
		switch {
		case at >= 0:
			r.found.Add(refuseAt(b.PathAt, len(b.Path), diag.RouteConflict, "the route %s matches the same requests as the one at %s", b.Path, alike[matches][at].PathAt).
				WithHint("change its path, its method or its host, or remove one"))
		case taken:
			r.found.Add(refuseAt(b.PathAt, len(b.Path), diag.DuplicateName, "two routes are named %q", b.Name).
				WithHint("rename one; the other is at %s", first.PathAt))
		}
		alike[matches] = append(alike[matches], b)
		if named[b.Name] = b; taken {
			named[b.Name] = first
		}
	}
}

// sameRequests tells of two routes with one host, and paths that differ in the names of their captures at most, whether neither
// goes first: a declared method goes before none (Gateway API, HTTPRouteRule, precedence).
func sameRequests(a, b *graph.Route) bool {
	if (len(a.Methods) == 0) != (len(b.Methods) == 0) {
		return false
	}
	return len(a.Methods) == 0 || slices.ContainsFunc(a.Methods, func(m string) bool { return slices.Contains(b.Methods, m) })
}

// variables refuses a variable that two declarations would make.
func (r *reader) variables(app *graph.App, s *graph.Service) {
	makers := map[string]string{}
	for _, name := range graph.PlatformVariables() {
		makers[name] = "the platform"
	}
	for _, call := range s.Calls {
		r.callVariables(call, makers)
	}
	for _, use := range s.Uses {
		r.useVariables(app, use, makers)
	}
	r.covered(s, makers)
	for _, v := range s.Env {
		by, taken := makers[v.Name]
		hint := "rename it, or remove it: the service gets its value already"
		if !taken && strings.HasPrefix(v.Name, "BANYAN_") {
			by, hint, taken = "the platform, which keeps all names that begin with BANYAN_", "rename it", true
		}
		if taken {
			r.found.Add(refuseAt(v.At, len(v.Name), diag.VariableClash, "%s.%s sets %s, and so does %s", kindOf(s), s.Name, v.Name, by).
				WithHint("%s", hint))
		}
	}
}

// kindOf is the key under which something stands.
func kindOf(s *graph.Service) string {
	if s.Resource != nil {
		return "resources"
	}
	return "services"
}

// callVariables notes what a call makes, and reports a clash once, however many variables it is about. A name that is none was reported.
func (r *reader) callVariables(call *graph.Call, makers map[string]string) {
	if !nameFits.MatchString(call.To) {
		return
	}
	clash := false
	for _, v := range graph.CallVariables(call.To, "127.0.0.1:1") {
		by, taken := makers[v.Name]
		if taken && !clash {
			clash = true
			r.found.Add(refuseAt(call.At, len(call.To), diag.VariableClash, "the call to %s makes the variable %s, and so does %s", call.To, v.Name, by).
				WithHint("rename one of the services"))
		}
		if !taken {
			makers[v.Name] = fmt.Sprintf("the call to %s", call.To)
		}
	}
}

// deaf refuses edges that lead to what listens on nothing.
func (r *reader) deaf(app *graph.App) {
	worker := func(name string) *graph.Service {
		if s, ours := app.Service(name); ours && !s.Listens() {
			return s
		}
		return nil
	}
	for _, s := range app.Services {
		for _, c := range s.Calls {
			if to := worker(c.To); to != nil {
				r.found.Add(refuseAt(c.At, len(c.To), diag.BadValue, "%s cannot be called: it listens on nothing (health: none at %s)", c.To, to.Health.At).
					WithHint("remove the call, or give %s a health that is probed", c.To))
			}
		}
	}
	for _, route := range app.Edge.Routes {
		for _, t := range route.Targets {
			if to := worker(t.To); to != nil {
				r.found.Add(refuseAt(t.At, len(t.To), diag.BadValue, "the route leads to %s, which listens on nothing (health: none at %s)", t.To, to.Health.At).
					WithHint("lead it elsewhere, or give %s a health that is probed", t.To))
			}
		}
	}
}

// opaque refuses rules about requests where an edge has none: tcp is carried without being read.
func (r *reader) opaque(app *graph.App) {
	tcp := func(name string) bool {
		s, ours := app.Service(name)
		return ours && s.Protocol == graph.TCP
	}
	for _, s := range app.Services {
		for _, c := range s.Calls {
			if tcp(c.To) && len(c.Allow) > 0 {
				r.found.Add(refuseAt(c.Allow[0].At, len(c.Allow[0].Method)+1+len(c.Allow[0].Path), diag.BadValue, "%s speaks tcp, in which no method and no path can be seen", c.To).
					WithHint("remove allow, or let %s speak http1, h2c or grpc", c.To))
			}
		}
	}
	for _, route := range app.Edge.Routes {
		for _, t := range route.Targets {
			if tcp(t.To) {
				r.found.Add(refuseAt(t.At, len(t.To), diag.BadValue, "the route leads to %s, which speaks tcp", t.To).
					WithHint("routes carry HTTP and gRPC: lead it to a service that speaks them"))
			}
		}
	}
}
