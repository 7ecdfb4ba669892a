package contract

import (
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// operation is a method and a path.
type operation struct {
	method   string
	template template
	// name is the path as it stands in the document, item what stands there, key the method's.
	name, item, key, node node
}

// String names the operation as people do.
func (o *operation) String() string { return o.method + " " + brief(o.name.Value) }

// asked is an operation that a request found, with what its path holds.
type asked struct {
	*operation
	values map[string]string
}

// find is the operation of a request, or why there is none.
func (d *Document) find(method, path string) (asked, *problem.Cause) {
	for _, base := range append([]string{""}, d.bases...) {
		rest, below := strings.CutPrefix(path, base)
		if !below || !strings.HasPrefix(rest, "/") && rest != "" {
			continue
		}
		if rest == "" {
			rest = "/"
		}
		if found := d.fitting(rest); len(found) > 0 {
			return d.chosen(found, method, path)
		}
	}
	c := d.refuse(404, d.root.get("paths"), "the contract %s has no path that fits %s", d.file, brief(path))
	if near := diag.Nearest(path, d.paths()); near != "" {
		c.Detail += "; did you mean " + brief(near) + "?"
	}
	return asked{}, c
}

func (d *Document) paths() []string {
	var all []string
	for _, o := range d.operations {
		all = append(all, o.name.Value)
	}
	return all
}

// fitting are the operations of the most exact path that fits.
func (d *Document) fitting(path string) []asked {
	var best []asked
	for _, o := range d.operations {
		values, fits := o.template.match(path)
		if !fits {
			continue
		}
		order := 0
		if len(best) > 0 {
			order = o.template.compare(best[0].template)
		}
		if order < 0 {
			best = nil
		}
		if order <= 0 {
			best = append(best, asked{o, values})
		}
	}
	return best
}

// chosen is the operation with the request's method. What answers GET answers HEAD (RFC 9110 §9.3.2).
func (d *Document) chosen(found []asked, method, path string) (asked, *problem.Cause) {
	for _, wanted := range []string{method, map[string]string{"HEAD": "GET"}[method]} {
		if i := slices.IndexFunc(found, func(a asked) bool { return a.method == wanted }); i >= 0 {
			return found[i], nil
		}
	}
	var allow []string
	for _, a := range found {
		allow = append(allow, a.method)
	}
	slices.Sort(allow)
	c := d.refuse(405, found[0].name, "the contract has no %s of %s, only %s", brief(method), brief(path), strings.Join(allow, ", "))
	c.Allow = allow
	return asked{}, c
}

// refuse is a refusal that names the line of the contract that would change it.
func (d *Document) refuse(status int, at node, format string, args ...any) *problem.Cause {
	c := problem.New(diag.NotInContract, format, args...)
	c.Status, c.Fix = status, problem.FixAt(d.position(at), "")
	return c
}
