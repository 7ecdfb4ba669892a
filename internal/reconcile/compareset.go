package reconcile

import (
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
)

// Compare tells what Apply does when next follows old in a run with a wish: the services of next by name, what is gone, the external ones,
// groups, the gateway. It is pure, and Apply acts on the same changes. What does not run has no change but a Swap: it holds once the
// service is started.
func Compare(old, next *graph.App, wish subset.Wish) []Change {
	before, after := subset.Choose(old, wish), subset.Choose(next, wish)
	var all []Change
	for _, c := range compare(old, next) {
		if was, is := before.Has(c.Subject), after.Has(c.Subject); concerns(c, old, next) {
			c, told := held(c, was, is, after)
			if told {
				all = append(all, c)
			}
			continue
		}
		all = append(all, c)
	}
	var moved []Change
	for _, s := range next.Services {
		if _, both := old.Service(s.Name); both && before.Has(s.Name) != after.Has(s.Name) {
			moved = append(moved, move(s, after))
		}
	}
	return slices.Concat(moved, all)
}

// concerns tells whether a change is one of a service.
func concerns(c Change, old, next *graph.App) bool {
	_, was := old.Service(c.Subject)
	_, is := next.Service(c.Subject)
	return was || is
}

// held is a change of a service as the set lets it be; false when another change tells all of it.
func held(c Change, was, is bool, after subset.Set) (Change, bool) {
	switch {
	case c.Action == Start && is:
		if why := after.Why(c.Subject)[0]; why.Kind != subset.All {
			c.Text += ", " + why.String()
		}
	case c.Action == Start:
		c.Action, c.Text = Swap, "new, and not in the set of this run"
	case c.Action == Stop && !was:
		c.Action, c.Text = Swap, "removed; it did not run"
	case c.Action == Stop:
	case was != is:
		return c, false
	case !is:
		c.Action, c.Text = Swap, c.Text+", once it is started: it is not in the set of this run"
	}
	return c, true
}

// move is the change of a service that joins the set, or leaves it.
func move(s *graph.Service, after subset.Set) Change {
	why := after.Why(s.Name)[0]
	at := why.At
	if at.IsZero() {
		at = s.At
	}
	if after.Has(s.Name) {
		return Change{Start, s.Name, starting(s) + ", " + why.String(), at}
	}
	text := why.String()
	if why.Kind == subset.Uncalled {
		text += " any more"
	}
	return Change{Stop, s.Name, text, at}
}

func compareGroups(old, next *graph.App) []Change {
	var all []Change
	for _, g := range next.Groups {
		before, there := old.Group(g.Name)
		switch {
		case !there:
			all = append(all, Change{Swap, g.Name, "group added: " + membersOf(g), g.At})
		case membersOf(before) != membersOf(g):
			all = append(all, Change{Swap, g.Name, "group " + membersOf(before) + " → " + membersOf(g), g.At})
		}
	}
	for _, g := range old.Groups {
		if _, there := next.Group(g.Name); !there {
			all = append(all, Change{Swap, g.Name, "group removed", diag.Position{}})
		}
	}
	return all
}

func membersOf(g *graph.Group) string {
	var names []string
	for _, m := range g.Members {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}
