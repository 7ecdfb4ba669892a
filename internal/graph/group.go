package graph

import (
	"cmp"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// Group is a named subset of the services, resources among them.
type Group struct {
	Name string
	At   diag.Position
	// Members are in the order of the file. No chain of groups leads back to where it began.
	Members []Member
}

// Member is a service or a group that a group names.
type Member struct {
	Name string
	At   diag.Position
}

// Group finds a group by name.
func (a *App) Group(name string) (*Group, bool) {
	i, found := slices.BinarySearchFunc(a.Groups, name, func(g *Group, n string) int { return cmp.Compare(g.Name, n) })
	if !found {
		return nil, false
	}
	return a.Groups[i], true
}

// Grouped are the services that a group names, itself or through groups, each once and where it is named first.
func (a *App) Grouped(group string) []Member {
	var all []Member
	seen := map[string]bool{}
	var gather func(name string)
	gather = func(name string) {
		g, is := a.Group(name)
		if !is || seen[name] {
			return
		}
		seen[name] = true
		for _, m := range g.Members {
			if _, ours := a.Service(m.Name); ours && !seen[m.Name] {
				seen[m.Name] = true
				all = append(all, m)
			}
			gather(m.Name)
		}
	}
	gather(group)
	return all
}
