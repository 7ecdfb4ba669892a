package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

var routeNoun = noun{
	name: "route", says: "a route",
	later: []string{
		"allow", "auth", "cache", "compose", "compress", "cors", "forward", "headers", "limit", "migrate", "mirror", "retry", "shadow", "validate", "when",
	},
	foreign: map[string]string{
		"backend": "to", "service": "to", "target": "to", "upstream": "to", "match": "path", "pattern": "path", "prefix": "path", "url": "path",
		"stripPrefix": "strip", "strip_prefix": "strip",
	},
	keys: []key{
		{name: "name", doc: "What the route is called in metrics and traces; host and path when it is not given.", shape: &nameWord, example: "products"},
		{name: "host", doc: "The host name that requests must name; *.example.com stands for every name below.", shape: &host, example: "shop.example"},
		{name: "path", doc: "The pattern of paths: ** at the end takes all below, * one segment, {id} one that it captures.", shape: &pathPattern, needed: true, example: "/orders/**"},
		{name: "method", doc: "The method or methods; all when it is not given.", shape: &methods, example: "[GET, HEAD]"},
		{name: "to", doc: "The service that answers, or services with their weights.", shape: &targets, needed: true, example: "orders"},
		{name: "strip", doc: "A beginning of the path that is cut before the request is sent on.", shape: &plainPath, example: "/orders"},
		{name: "rewrite", doc: "The path that the request is sent on with; it may name what the pattern captures.", shape: &rewriting, example: "/v2/orders/**"},
		{name: "timeout", doc: "How long a request may take; the gateway's when it is not given.", shape: &instant, example: "5s"},
	},
}

var (
	host      = shape{says: "a host name", forms: []form{text}, parse: parseHost, kind: "string", pattern: hostPattern}
	method    = shape{says: "a method", forms: []form{text}, parse: oneOf(methodNames...), kind: "string", enum: methodNames}
	methods   = shape{says: "a list of methods", item: &method, or: &method}
	targets   = shape{says: "a name", forms: []form{text}, parse: parseText, kind: "string", or: &shape{says: "a map of names and weights", names: &weighted, value: &weight}}
	weight    = shape{says: "a whole number", forms: []form{whole}, parse: between(1, maxWeight), kind: "integer"}
	plainPath = shape{says: "a path", forms: []form{text}, parse: parsePlainPath, kind: "string", pattern: "^/"}
)

// methodNames are those of RFC 9110 §9.3 and RFC 5789; CONNECT is no request for a resource.
var methodNames = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}

const maxWeight = 1_000_000

const hostPattern = `^(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`

var hostFits = regexp.MustCompile(hostPattern)

func parseHost(text string) (any, error) {
	if !hostFits.MatchString(text) {
		return nil, wrongly(fmt.Sprintf("%q is no host name", text), "write lower-case labels joined by dots, without a port: shop.example or *.shop.example")
	}
	return text, nil
}

func (s scope) route(timeout time.Duration) *graph.Route {
	r := &graph.Route{At: s.at.position(), Timeout: timeout}
	s.need("path")
	path, pathAt := valueOf[string](s, "path")
	r.Path, r.PathAt = path, pathAt.position()
	if r.Host = s.text("host"); r.Path != "" {
		r.At = pathAt.position()
	}
	for _, m := range s.list("method") {
		if slices.Contains(r.Methods, m.text) {
			s.add(refuse(m.at, diag.DuplicateName, "the method %s is given twice", m.text).WithHint("remove one"))
			continue
		}
		r.Methods = append(r.Methods, m.text)
	}
	if s.need("to") {
		r.Targets = s.targets()
	}
	s.rewriting(r)
	r.Timeout = s.durationOr("timeout", timeout)
	r.Name = s.text("name")
	return r
}

// nameRoutes gives the others their names: host and path, and the methods too where those alone name two routes.
func (s scope) nameRoutes(routes []*graph.Route) {
	count := map[string]int{}
	for _, r := range routes {
		count[r.Host+r.Path]++
	}
	for i, r := range routes {
		if r.Name != "" {
			continue
		}
		r.Name = r.Host + r.Path
		if count[r.Name] > 1 && len(r.Methods) > 0 {
			r.Name = strings.Join(r.Methods, ",") + " " + r.Name
		}
		s.recordDefault(fmt.Sprintf("gateway.routes[%d].name", i), r.Name)
	}
}

// durationOr is a duration whose default is another value of the file.
func (s scope) durationOr(name string, fallback time.Duration) time.Duration {
	if v, _ := valueOf[time.Duration](s, name); v > 0 {
		return v
	}
	if _, given := s.n.find(name); !given {
		s.recordDefault(s.sub(name), fallback)
	}
	return fallback
}

// targets are the callees of a route, which may be any service or external one.
func (s scope) targets() []graph.Target {
	e, _, given := s.find("to")
	if !given {
		return nil
	}
	if e.value.form == text {
		name, at := valueOf[string](s, "to")
		if !s.known(name, at, "the route") {
			return nil
		}
		return []graph.Target{{To: name, Weight: 1, At: at.position()}}
	}
	var all []graph.Target
	for _, one := range e.value.keys {
		one, ok := s.evaluated(one, &weight)
		if !ok || !s.known(one.key, one.at, "the route") {
			continue
		}
		value, d := weight.read(weighted.label(one))
		if d != nil {
			s.add(*d)
			continue
		}
		s.record(s.sub("to")+"."+one.key, plainNode(one.value), one, nil)
		all = append(all, graph.Target{To: one.key, Weight: value.(int), At: one.at.position()})
	}
	if len(e.value.keys) == 0 {
		s.add(refuse(e.at, diag.MissingKey, "the route leads nowhere").WithHint("name a service, or services with their weights"))
	}
	return all
}

// known tells whether a name can be called, and reports it when not.
func (s scope) known(name string, at origin, who string) bool {
	if _, is := s.declared[name]; is {
		return true
	}
	if name == "" {
		return false // reported
	}
	if stands, is := s.stored[name]; is {
		what := who + " calls"
		if who == "the route" {
			what = "the route leads to"
		}
		s.add(refuse(at, diag.UnknownService, "%s %q, which is a resource (%s)", what, name, stands.position()).
			WithHint("a resource is no service: who uses it says uses: [%s]", name))
		return false
	}
	d := refuse(at, diag.UnknownService, "%s calls %q, which does not exist", who, name)
	if who == "the route" {
		d.Message = fmt.Sprintf("the route leads to %q, which does not exist", name)
	}
	names, near := s.names, ""
	if s.dangling++; s.dangling <= maxNearest {
		near = nearest(name, names)
	}
	switch {
	case near != "":
		d = d.WithHint("did you mean %q? (declared at %s)", near, s.declared[near].position())
	case len(names) == 0:
		d = d.WithHint("declare it under services or external")
	case len(names) == 1:
		d = d.WithHint("declare it under services or external; there is only %s", names[0])
	default:
		d = d.WithHint("declare it under services or external; there are %s", few(names))
	}
	s.add(d)
	return false
}

// maxNearest bounds for how many names a near one is searched: a person mends the first and looks again.
const maxNearest = 100

// few joins names, and not more of them than a line holds.
func few(names []string) string {
	const most = 8
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// rewriting reads strip and rewrite, of which one may change the path.
func (s scope) rewriting(r *graph.Route) {
	strip, stripAt := valueOf[string](s, "strip")
	rewrite, rewriteAt := valueOf[string](s, "rewrite")
	if strip != "" {
		r.Strip, r.RewriteAt = strip, stripAt.position()
		if r.Path != "" && !beginsWith(r.Path, strip) {
			s.add(refuse(stripAt, diag.BadValue, "strip %s is not how the path %s begins", strip, r.Path).
				WithHint("write whole segments from the beginning of path, without patterns"))
		}
	}
	if rewrite == "" {
		return
	}
	r.Rewrite, r.RewriteAt = rewrite, rewriteAt.position()
	if strip != "" {
		s.add(refuse(rewriteAt, diag.BadValue, "the route has strip and rewrite").WithHint("remove one: rewrite gives the whole path"))
	}
	if missing := uncaptured(rewrite, r.Path); missing != "" && r.Path != "" {
		s.add(refuse(rewriteAt, diag.BadValue, "rewrite uses %s, which the path %s does not have", missing, r.Path).
			WithHint("name only what path captures, such as {id}, and ** when path ends with it"))
	}
}
