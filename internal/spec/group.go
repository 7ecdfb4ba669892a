package spec

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

var (
	member  = shape{says: "the name of a service or a group", forms: []form{text}, parse: parseText, literal: true, kind: "string", pattern: namePattern}
	members = shape{says: "a list of services and groups", item: &member, or: &member}
	groups  = shape{says: "a map of groups", names: &callable, value: &members}
)

// groups are the named subsets, sorted. One that has the name of what can be called is refused: commands take both.
func (s scope) groups() []*graph.Group {
	stand := map[string]origin{}
	var all []*graph.Group
	for _, e := range s.entries("groups") {
		if members.pick(e.form()) == nil {
			continue // reported
		}
		if first, taken := s.run(e.key); taken {
			s.add(refuse(e.at, diag.DuplicateName, "%q is a group, and a service, resource or external too", e.key).WithHint("rename one; the other is at %s", first.position()))
			continue
		}
		stand[e.key] = e.at
	}
	for _, e := range s.entries("groups") {
		if _, fine := stand[e.key]; fine {
			all = append(all, s.group(e, stand))
		}
	}
	slices.SortFunc(all, func(a, b *graph.Group) int { return cmp.Compare(a.Name, b.Name) })
	circles{s, all, map[string]bool{}}.find()
	return all
}

// group is one group; what it names that cannot be started is reported and left out.
func (s scope) group(e entry, stand map[string]origin) *graph.Group {
	g := &graph.Group{Name: e.key, At: e.at.position()}
	items := s.items(e, &members)
	plain := []any{}
	for _, one := range items {
		plain = append(plain, one.plain)
		first := slices.IndexFunc(g.Members, func(m graph.Member) bool { return m.Name == one.text })
		switch {
		case first >= 0:
			s.add(refuse(one.at, diag.DuplicateName, "the group %q names %s twice", g.Name, one.text).WithHint("remove one; the first is at %s", g.Members[first].At))
		case s.startable(g.Name, one, stand):
			g.Members = append(g.Members, graph.Member{Name: one.text, At: one.at.position()})
		}
	}
	if len(items) == 0 && len(e.value.items) == 0 {
		s.add(refuse(e.at, diag.MissingKey, "the group %q names no service", g.Name).WithHint("name at least one, or remove the group"))
	}
	s.record("groups."+e.key, plain, e, nil)
	return g
}

// run finds where that is declared which has a name and may be running: a service, a resource or an external one.
func (s scope) run(name string) (origin, bool) {
	if at, is := s.declared[name]; is {
		return at, true
	}
	at, is := s.stored[name]
	return at, is
}

// startable tells whether a group may name it, and reports it when not.
func (s scope) startable(group string, one item, stand map[string]origin) bool {
	if _, is := stand[one.text]; is {
		return true
	}
	if at, is := s.run(one.text); is {
		if !s.outside[one.text] {
			return true
		}
		s.add(refuse(one.at, diag.BadValue, "the group %q names %s, which is external: Banyan never runs it", group, one.text).
			WithHint("remove it; it is declared at %s", at.position()))
		return false
	}
	if one.text == "" {
		return false // reported
	}
	places := maps.Clone(stand)
	for name, at := range s.declared {
		if !s.outside[name] {
			places[name] = at
		}
	}
	maps.Copy(places, s.stored)
	d := refuse(one.at, diag.UnknownService, "the group %q names %q, which does not exist", group, one.text)
	names := slices.Sorted(maps.Keys(places))
	near := ""
	if s.dangling++; s.dangling <= maxNearest {
		near = nearest(one.text, names)
	}
	switch {
	case near != "":
		d = d.WithHint("did you mean %q? (declared at %s)", near, places[near].position())
	default:
		d = d.WithHint("name a service or a group; there are %s", few(names))
	}
	s.add(d)
	return false
}

// circles finds groups that lead back to themselves.
type circles struct {
	scope
	all  []*graph.Group
	done map[string]bool
}

func (c circles) find() {
	for _, g := range c.all {
		c.walk(g, nil)
	}
}

// walk reports the member that closes a circle, once for each circle.
func (c circles) walk(g *graph.Group, above []string) {
	if c.done[g.Name] {
		return
	}
	above = append(above, g.Name)
	for _, m := range g.Members {
		at := slices.IndexFunc(c.all, func(other *graph.Group) bool { return other.Name == m.Name })
		if at < 0 {
			continue
		}
		if first := slices.Index(above, m.Name); first >= 0 {
			names := append(slices.Clone(above[first:]), m.Name)
			c.add(refuseAt(m.At, len(m.Name), diag.BadValue, "groups go in a circle: %s", strings.Join(names, " names ")).WithHint("remove one of them"))
			continue
		}
		c.walk(c.all[at], slices.Clone(above))
	}
	c.done[g.Name] = true
}

// groups of an overlay that is not applied must name what is there with it.
func (o *overlay) groups() {
	known := map[string]bool{}
	for _, tree := range []*node{o.base, o.over} {
		for _, e := range tree.get("groups").entries() {
			known[e.key] = true
		}
	}
	for _, g := range o.over.get("groups").entries() {
		for _, m := range g.value.words() {
			if !known[m.key] {
				o.leads(m, "the group "+g.key+" names")
			}
		}
	}
}
