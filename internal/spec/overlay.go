package spec

import (
	"fmt"
	"maps"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// ground is what overlays lie over, and what can be called in it.
type ground struct {
	base *node
	// kinds are the names of each map of callables, all of both, by where they stand.
	kinds map[string]map[string]origin
	all   map[string]origin
}

// overlay judges what lies over the files: a name in it that nothing has is a slip that would show on the day on which the environment
// is used. A noun is new, and no slip, when it has what no noun can be without.
type overlay struct {
	*loader
	ground
	// as is what errors call it.
	as   string
	over *node
	// added are the nouns that it brings, gone those that it removes.
	added map[string]origin
	gone  map[string]bool
}

// callables are the maps of what can be called; a new noun has at least one of the keys.
var callables = []struct {
	key, says, needs string
	essential        []string
}{
	{"services", "service", "run", []string{"run", "build"}},
	{"external", "external service", "url or endpoints", []string{"url", "endpoints"}},
	{"resources", "resource", "run or url", []string{"run", "url"}},
	{"tasks", "task", "run", []string{"run"}},
}

func groundOf(base *node) ground {
	g := ground{base: base, kinds: map[string]map[string]origin{}, all: map[string]origin{}}
	for _, kind := range callables {
		g.kinds[kind.key] = map[string]origin{}
		for _, e := range base.get(kind.key).entries() {
			g.kinds[kind.key][e.key], g.all[e.key] = e.at, e.at
		}
	}
	return g
}

// fitting is the overlay without the nouns that nothing has, which are reported. The calls and routes of one that is applied are left to
// the reader, who sees them merged.
func (l *loader) fitting(g ground, over *node, as string, applied bool) *node {
	o := overlay{loader: l, ground: g, as: as, over: over, added: map[string]origin{}, gone: map[string]bool{}}
	for _, kind := range callables {
		o.nouns(kind.key, kind.says, kind.needs, kind.essential)
	}
	if !applied {
		o.calls()
		o.routes()
		o.groups()
	}
	return o.over
}

// nouns keeps those of one kind that the base has, or that are new.
func (o *overlay) nouns(key, says, needs string, essential []string) {
	all, given := o.over.find(key)
	if base := o.base.get(key); !given || all.value.form != table || base != nil && base.form != table {
		return // nothing to judge, or reported
	}
	kept := *all.value
	kept.keys = nil
	for _, e := range all.value.keys {
		_, known := o.kinds[key][e.key]
		switch {
		case known && e.value.form == nothing:
			o.gone[e.key] = true
		case !known && !stands(e.value, essential):
			d := refuse(e.at, diag.UnknownService, "%s changes the %s %q, which does not exist", o.as, says, e.key)
			o.found.Add(o.meant(d, e.key, "a new one needs "+needs+"; nothing removes what is not there"))
			continue
		case !known:
			o.added[e.key] = e.at
		}
		kept.keys = append(kept.keys, e)
	}
	o.over = o.over.without(key)
	o.over.keys = append(o.over.keys, entry{key, all.at, &kept})
}

// has tells whether a name can be called with the overlay. One that is removed as a service may be added as external.
func (o *overlay) has(name string) bool {
	_, was := o.all[name]
	_, added := o.added[name]
	return added || was && !o.gone[name]
}

// stands tells whether a noun can be new. One of a wrong form was reported.
func stands(n *node, essential []string) bool {
	if n.form != table {
		return n.form != nothing
	}
	return slices.ContainsFunc(essential, func(key string) bool { return n.get(key) != nil })
}

// calls must lead to what is there with the overlay.
func (o *overlay) calls() {
	for _, service := range o.over.get("services").entries() {
		for _, callee := range service.value.get("calls").words() {
			if _, was := o.all[callee.key]; was && callee.form() == nothing && callee.value != nil {
				continue // removes the call to what may be removed too
			}
			o.leads(callee, fmt.Sprintf("service %q calls", service.key))
		}
	}
}

// routes replace those of the files as a whole.
func (o *overlay) routes() {
	if routes := o.over.get("gateway").get("routes"); routes != nil && routes.form == list {
		for _, route := range routes.items {
			for _, to := range route.get("to").words() {
				o.leads(to, "the route leads to")
			}
		}
	}
}

// words are the names that a map, a list or one text gives. What an expression will give is not known yet.
func (n *node) words() []entry {
	switch {
	case n == nil:
		return nil
	case n.form == table:
		return n.keys
	case n.form == text && !n.dynamic():
		return []entry{{key: n.text, at: n.at}}
	}
	var all []entry
	for _, item := range n.items {
		if item.form == text && !item.dynamic() {
			all = append(all, entry{key: item.text, at: item.at})
		}
	}
	return all
}

func (o *overlay) leads(to entry, who string) {
	if o.has(to.key) || to.key == "" {
		return
	}
	d := refuse(to.at, diag.UnknownService, "%s %q, which does not exist in %s", who, to.key, o.as)
	o.found.Add(o.meant(d, to.key, "declare it under services or external, in the file or in "+o.as))
}

// meant adds the nearest name, or else a hint.
func (o *overlay) meant(d diag.Diagnostic, name, otherwise string) diag.Diagnostic {
	if o.slips++; o.slips <= maxNearest {
		names := maps.Clone(o.all)
		maps.Copy(names, o.added)
		near := nearest(name, slices.DeleteFunc(slices.Sorted(maps.Keys(names)), func(name string) bool { return !o.has(name) }))
		if near != "" {
			return d.WithHint("did you mean %q? (declared at %s)", near, names[near].position())
		}
	}
	return d.WithHint("%s", otherwise)
}
