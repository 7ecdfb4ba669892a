package subset

import (
	"cmp"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// Wish is what the operator wants to run.
type Wish struct {
	// Names are services and groups; none is every service.
	Names []string `json:"names,omitempty"`
	// Except are services and groups that do not run, whoever calls them.
	Except []string `json:"except,omitempty"`
}

// Kind is what sort of reason it is.
type Kind string

// Why a service is in the set: it was asked for, a group that has it was, a service of the set calls it or uses it as a resource, a task
// that is a hook of such a service needs it, or all were asked for. Why it is not: it was left out, or nothing in the set needs it.
const (
	Asked    Kind = "asked"
	Grouped  Kind = "group"
	Called   Kind = "called"
	Used     Kind = "used"
	Needed   Kind = "needed"
	All      Kind = "all"
	Excepted Kind = "except"
	Uncalled Kind = "uncalled"
)

// Reason is one reason.
type Reason struct {
	Kind Kind
	// By is the group, the caller, the user, the task, or what --except named; empty for others.
	By string
	// At is the line that it follows from: of the call, or of the group's member; nowhere when none does.
	At diag.Position
}

// String is the reason in a few words.
func (r Reason) String() string {
	switch r.Kind {
	case Asked:
		return "you asked"
	case Grouped:
		return "group " + r.By
	case Called:
		return "called by " + r.By
	case Used:
		return "used by " + r.By
	case Needed:
		return "needed by the task " + r.By
	case All:
		return "every service runs"
	case Excepted:
		return "left out by --except " + r.By
	}
	return "nothing in the set needs it"
}

// Set is which services a run consists of.
type Set struct {
	in, out map[string][]Reason
	// lost are the reasons for which a service that is left out cannot be: who uses it waits for it.
	lost map[string][]Reason
}

// Has tells whether a service is in the set.
func (s Set) Has(service string) bool { return len(s.in[service]) > 0 }

// Whole tells whether no service is left out.
func (s Set) Whole() bool { return len(s.out) == 0 }

// Size is how many services are in the set.
func (s Set) Size() int { return len(s.in) }

// Why are the reasons why a service is in the set or, when it is not, why not: what was asked for first, then the callers by name. What the
// application does not have has none.
func (s Set) Why(service string) []Reason {
	return slices.Clone(slices.Concat(s.in[service], s.out[service]))
}

// Choose is the set of a wish: what was asked for and, following the declared calls, everything that it needs, but for what is left out.
// What only that needs is not needed. Names that the application does not have are passed over, since a changed file may have taken them
// away; Check reports them.
func Choose(app *graph.App, w Wish) Set {
	s := Set{in: map[string][]Reason{}, out: map[string][]Reason{}, lost: map[string][]Reason{}}
	excepted := excepted(app, w.Except)
	var queue []*graph.Service
	join := func(name string, why Reason) {
		service, ours := app.Service(name)
		if _, not := excepted[name]; !ours || not {
			if why.Kind == Used || why.Kind == Needed {
				s.lost[name] = append(s.lost[name], why)
			}
			return
		}
		if !s.Has(name) {
			queue = append(queue, service)
		}
		s.in[name] = append(s.in[name], why)
	}
	ask(app, w.Names, join)
	for len(queue) > 0 {
		caller := queue[0]
		queue = queue[1:]
		if !caller.Runs() {
			continue // somebody else answers for it, and calls whom it likes
		}
		follow(app, caller, join)
	}
	for _, service := range app.Services {
		why, left := excepted[service.Name]
		switch {
		case left:
			s.out[service.Name] = []Reason{why}
		case !s.Has(service.Name):
			s.out[service.Name] = []Reason{{Kind: Uncalled}}
		}
		slices.SortStableFunc(s.in[service.Name], order)
	}
	return s
}

// follow joins what a service cannot do without: what it calls and uses, and what the tasks that are its hooks need.
func follow(app *graph.App, caller *graph.Service, join func(string, Reason)) {
	for _, c := range caller.Calls {
		if c.To != caller.Name {
			join(c.To, Reason{Called, caller.Name, c.At})
		}
	}
	for _, u := range caller.Uses {
		join(u.Resource, Reason{Used, caller.Name, u.At})
	}
	needed := map[string]bool{caller.Name: true} // and what it calls and uses by itself says so already
	for _, c := range caller.Calls {
		needed[c.To] = true
	}
	for _, u := range caller.Uses {
		needed[u.Resource] = true
	}
	for _, hook := range slices.Concat(caller.Hooks.Before, caller.Hooks.After) {
		for _, t := range app.Sequence(hook.Name) {
			all, called := app.Demands(t)
			for i, d := range all {
				why := Reason{Needed, t.Name, d.At}
				if i >= called {
					why = Reason{Called, "the task " + t.Name, d.At}
				}
				if !needed[d.Name] {
					needed[d.Name] = true
					join(d.Name, why)
				}
			}
		}
	}
}

// ask joins what the names stand for.
func ask(app *graph.App, names []string, join func(string, Reason)) {
	if len(names) == 0 {
		for _, service := range app.Services {
			join(service.Name, Reason{Kind: All})
		}
	}
	for _, name := range unique(names) {
		join(name, Reason{Kind: Asked})
		for _, m := range app.Grouped(name) {
			join(m.Name, Reason{Grouped, name, m.At})
		}
	}
}

// excepted are the services that do not run, each with what names it: itself before a group.
func excepted(app *graph.App, names []string) map[string]Reason {
	all := map[string]Reason{}
	for _, name := range unique(names) {
		if _, ours := app.Service(name); ours {
			all[name] = Reason{Kind: Excepted, By: name}
		}
	}
	for _, name := range unique(names) {
		for _, m := range app.Grouped(name) {
			if _, known := all[m.Name]; !known {
				all[m.Name] = Reason{Excepted, name, m.At}
			}
		}
	}
	return all
}

func unique(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

// order puts the reasons of one service in order.
func order(a, b Reason) int {
	ranks := []Kind{All, Asked, Grouped, Called, Used, Needed}
	return cmp.Or(cmp.Compare(slices.Index(ranks, a.Kind), slices.Index(ranks, b.Kind)), cmp.Compare(a.By, b.By))
}
