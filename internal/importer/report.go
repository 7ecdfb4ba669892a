package importer

import (
	"cmp"
	"maps"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// Sort says what happened to something of the input.
type Sort string

// Guessed is in banyan.yaml and should be looked at; Changed is in it in another form; Skipped is not in it.
const (
	Guessed Sort = "guessed"
	Changed Sort = "changed"
	Skipped Sort = "skipped"
)

// Note is one thing to know.
type Note struct {
	At   diag.Position `json:"at"`
	Sort Sort          `json:"sort"`
	// Key is the path of the input's key, such as services.web.volumes.
	Key string `json:"key"`
	// Why is one sentence without its stop; it holds no value of the input that may be secret.
	Why string `json:"why"`
}

// Need is a variable that must stand in the environment of banyan.
type Need struct {
	Name string `json:"name"`
	// At is where the input gives its value, or asks for it.
	At diag.Position `json:"at"`
	// Given says that the input holds a value, which was not copied.
	Given bool `json:"given"`
}

// Report says how a banyan.yaml was made. Its lists are in the order of the files.
type Report struct {
	App  string   `json:"app"`
	Read []string `json:"read"`
	// Services, External and Routes count what was written.
	Services int    `json:"services"`
	External int    `json:"external"`
	Routes   int    `json:"routes"`
	Notes    []Note `json:"notes"`
	Needs    []Need `json:"needs"`
}

// Of are the notes of one sort.
func (r Report) Of(sort Sort) []Note {
	return slices.DeleteFunc(slices.Clone(r.Notes), func(n Note) bool { return n.Sort != sort })
}

func (d *draft) note(at diag.Position, sort Sort, key, why string) {
	d.report.Notes = append(d.report.Notes, Note{At: at, Sort: sort, Key: printable(key), Why: printable(why)})
}

// finish adds what nobody asked for, and puts all in order.
func (d *draft) finish() Report {
	for _, tree := range d.trees {
		d.leftovers(tree, "")
	}
	d.unusedVariables()
	if slices.ContainsFunc(slices.Collect(maps.Values(d.variables)), (*variable).ambient) {
		d.note(diag.Position{File: dotenvName}, Changed, dotenvName, "Banyan reads it at each start and gives every service its variables, so they are not copied")
	}
	r := d.report
	r.App = d.app
	r.Read = append([]string{}, r.Read...)
	r.Notes, r.Needs = append([]Note{}, r.Notes...), []Need{}
	for _, n := range d.refs.needs() {
		if d.wanting(n) {
			r.Needs = append(r.Needs, n)
		}
	}
	slices.SortStableFunc(r.Notes, func(a, b Note) int { return cmp.Or(places(a.At, b.At), cmp.Compare(a.Key, b.Key)) })
	r.Notes = slices.Compact(r.Notes)
	for _, s := range d.services {
		switch s.kind {
		case process:
			r.Services++
		case site, opaque:
			r.External++
		}
	}
	r.Routes = len(d.routes)
	return r
}

func places(a, b diag.Position) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// leftovers notes the keys that no reader took.
func (d *draft) leftovers(n *node, path string) {
	for _, e := range n.keys {
		at := join(path, e.key)
		if !e.used {
			d.note(e.at, Skipped, at, reason(at, e.key))
			continue
		}
		d.leftovers(e.value, at)
	}
	for _, item := range n.items {
		d.leftovers(item, path)
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
