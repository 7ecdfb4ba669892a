package layout

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
)

// Line is one of a tree: Branch is drawn before Name, Says is about the node or about the edge that leads to it.
type Line struct {
	Branch, Name, Says string
	// Above marks a service whose own edges stand in an earlier line: each is drawn once, so that cycles end.
	Above bool
}

// Calls is the tree of all calls, from those that no other service calls downward.
func Calls(app *graph.App) []Line {
	t := tree{app: app, next: callees, above: map[string]bool{}}
	for _, name := range roots(app) {
		t.root(name)
	}
	return t.lines
}

// Around is one service: what it calls, and below that who calls it.
func Around(app *graph.App, name string) (down, up []Line) {
	below := tree{app: app, next: callees, above: map[string]bool{}}
	below.root(name)
	over := tree{app: app, next: callers, above: map[string]bool{}}
	over.grow("", name)
	return below.lines, over.lines
}

// RoutesTo are the host and path of each route that leads to a service, in the order of the file.
func RoutesTo(app *graph.App, name string) []string {
	var paths []string
	for _, r := range app.Edge.Routes {
		if r.LeadsTo(name) {
			paths = append(paths, r.Host+r.Path)
		}
	}
	return paths
}

// roots are the services that no other service calls; of a cycle that nobody calls the first by name.
func roots(app *graph.App) []string {
	reached := map[string]bool{}
	var names []string
	from := func(name string) {
		if !reached[name] {
			names = append(names, name)
			reach(app, name, reached)
		}
	}
	for _, name := range app.Callees() {
		if !slices.ContainsFunc(callers(app, name), func(l link) bool { return l.name != graph.Gateway && l.name != name }) {
			from(name)
		}
	}
	for _, name := range app.Callees() {
		from(name)
	}
	return names
}

func reach(app *graph.App, name string, reached map[string]bool) {
	if reached[name] {
		return
	}
	reached[name] = true
	for _, callee := range callees(app, name) {
		reach(app, callee.name, reached)
	}
}

// link is a neighbour in one direction, and what is said of the edge.
type link struct{ name, says string }

func callees(app *graph.App, name string) []link {
	var links []link
	if service, ours := app.Service(name); ours {
		for _, c := range service.Calls {
			links = append(links, link{c.To, joined(external(app, c.To), instead(app, c.To), strings.Join(allowed(c), ", "))})
		}
		for _, u := range service.Uses {
			links = append(links, link{u.Resource, resource(app, u.Resource)})
		}
	}
	return links
}

func callers(app *graph.App, name string) []link {
	var links []link
	for _, caller := range app.Callers(name) {
		says := ""
		if caller == graph.Gateway {
			says = strings.Join(RoutesTo(app, name), ", ")
		}
		links = append(links, link{caller, says})
	}
	return links
}

func external(app *graph.App, name string) string {
	if _, is := app.ExternalService(name); is {
		return "external"
	}
	return ""
}

// resource says what a resource is, and where one is that somebody else runs; its password is nobody's business.
func resource(app *graph.App, name string) string {
	r, is := app.Resource(name)
	switch {
	case !is:
		return ""
	case r.Runs():
		return "resource"
	}
	if at, err := url.Parse(r.URL); err == nil {
		return "resource at " + at.Host
	}
	return "resource"
}

// instead is who answers in a service's place.
func instead(app *graph.App, name string) string {
	by := app.Replaced(name)
	switch {
	case !by.Is():
		return ""
	case by.Attached.Port > 0:
		return "attached to " + by.Attached.String()
	case by.Override.By == graph.ByMock:
		return "mocked"
	}
	return "overridden by " + by.String()
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), ", ")
}

// tree is the drawing of the services in one direction.
type tree struct {
	app   *graph.App
	next  func(*graph.App, string) []link
	above map[string]bool
	lines []Line
}

func (t *tree) root(name string) {
	says := joined(external(t.app, name), instead(t.app, name))
	if service, ours := t.app.Service(name); ours {
		says = joined(resource(t.app, name), service.Owner, replicas(service.Replicas.Count), says)
	}
	t.lines = append(t.lines, Line{Name: name, Says: says})
	t.grow("", name)
}

// replicas says how many instances there are, unless it is the one that everybody expects.
func replicas(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf("%d instances", n)
}

func (t *tree) grow(before, name string) {
	t.above[name] = true
	links := t.next(t.app, name)
	for i, l := range links {
		fork, below := "├ ", "│ "
		if i == len(links)-1 {
			fork, below = "└ ", "  "
		}
		drawn := t.above[l.name] && len(t.next(t.app, l.name)) > 0
		t.lines = append(t.lines, Line{before + fork, l.name, l.says, drawn})
		if !drawn {
			t.grow(before+below, l.name)
		}
	}
}
