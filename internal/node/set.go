package node

import (
	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/subset"
)

// wished is what the operator wants to run, as far as it is known.
func (f *file) wished() subset.Wish {
	if f.wish == nil {
		return f.options.Wish
	}
	return f.wish()
}

func wishOf(w subset.Wish) api.Wish { return api.Wish{Names: w.Names, Except: w.Except} }

func groupsOf(app *graph.App) []api.Group {
	return mapped(app.Groups, func(g *graph.Group) api.Group {
		members := mapped(app.Grouped(g.Name), func(m graph.Member) string { return m.Name })
		return api.Group{Name: g.Name, Services: members, Where: where(g.At)}
	})
}

func reasonOf(r subset.Reason) api.Reason {
	return api.Reason{Kind: string(r.Kind), By: r.By, Text: r.String(), Where: where(r.At)}
}

// refusedCalls are an entry for each call of the set to what --except leaves out: it will be refused, and whoever wonders finds it told.
func refusedCalls(app *graph.App, w subset.Wish) []journal.Entry {
	var all []journal.Entry
	set := subset.Choose(app, w)
	for _, s := range app.Services {
		for _, c := range s.Calls {
			if _, ours := app.Service(c.To); ours && set.Has(s.Name) && !set.Has(c.To) {
				all = append(all, journal.Entry{
					Kind: journal.Notice, Subject: s.Name, Text: "calls of " + s.Name + " to " + c.To + " are refused", Code: diag.NoInstance,
					Why: c.To + " was " + set.Why(c.To)[0].String(), Where: c.At,
				})
			}
		}
	}
	return all
}
