package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/unit"
)

func externalFacts(e *graph.External) []fact {
	return finish([]fact{
		{key: "url", value: e.URL, shown: redact.Variable("url", e.URL), then: Swap},
		{key: "endpoints", value: list(e.Endpoints), then: Swap},
		{key: "health", value: e.Health, then: Swap},
		contractFact(e.Contract),
		{key: "override", value: e.Replaced.String(), then: Swap},
	}, e.At)
}

func compareEdge(old, next graph.Edge) []Change {
	all := differences(graph.Gateway, "", edgeFacts(old), edgeFacts(next), next.At)
	before := routes(old)
	for _, r := range sorted(next) {
		was := before[r.Name]
		if was == nil {
			all = append(all, Change{Swap, graph.Gateway, fmt.Sprintf("route %s added: %s → %s", r.Name, r.Path, targets(r)), r.At})
			continue
		}
		all = append(all, differences(graph.Gateway, "route "+r.Name+": ", routeFacts(was), routeFacts(r), r.At)...)
	}
	after := routes(next)
	for _, r := range sorted(old) {
		if after[r.Name] == nil {
			all = append(all, Change{Swap, graph.Gateway, "route " + r.Name + " removed", diag.Position{}})
		}
	}
	return all
}

func edgeFacts(e graph.Edge) []fact {
	return finish([]fact{
		{key: "listen", value: e.Listen, at: e.ListenAt, then: Swap},
		{key: "https", value: e.HTTPS, at: e.HTTPSAt, then: Swap},
		{key: "timeout", value: unit.Duration(e.Timeout), then: Swap},
	}, e.At)
}

func routeFacts(r *graph.Route) []fact {
	return finish([]fact{
		{key: "host", value: r.Host, then: Swap},
		{key: "method", value: strings.Join(r.Methods, ", "), then: Swap},
		{key: "path", value: r.Path, at: r.PathAt, then: Swap},
		{key: "to", value: targets(r), then: Swap},
		{key: "strip", value: r.Strip, at: r.RewriteAt, then: Swap},
		{key: "rewrite", value: r.Rewrite, at: r.RewriteAt, then: Swap},
		{key: "timeout", value: unit.Duration(r.Timeout), then: Swap},
	}, r.At)
}

// targets are in the order of their names: that of the file decides nothing.
func targets(r *graph.Route) string {
	if len(r.Targets) == 1 {
		return r.Targets[0].To
	}
	ordered := slices.Clone(r.Targets)
	slices.SortFunc(ordered, func(a, b graph.Target) int { return cmp.Compare(a.To, b.To) })
	parts := make([]string, len(ordered))
	for i, t := range ordered {
		parts[i] = fmt.Sprintf("%s %d", t.To, t.Weight)
	}
	return strings.Join(parts, ", ")
}

func routes(e graph.Edge) map[string]*graph.Route {
	all := map[string]*graph.Route{}
	for _, r := range e.Routes {
		all[r.Name] = r
	}
	return all
}

func sorted(e graph.Edge) []*graph.Route {
	all := slices.Clone(e.Routes)
	slices.SortStableFunc(all, func(a, b *graph.Route) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
