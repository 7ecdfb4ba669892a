package route

import (
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// Accepts ranks how well the rule takes a method: 0 not at all, 1 as any, 2 HEAD for GET, 3 by name. A rule that names methods is more
// specific than one that does not.
func (r *Rule) Accepts(method string) int {
	switch {
	case len(r.Methods) == 0:
		return 1
	case slices.Contains(r.Methods, method):
		return 3
	case method == "HEAD" && slices.Contains(r.Methods, "GET"):
		return 2
	}
	return 0
}

// Conflict tells whether two rules match the same requests with the same precedence.
func Conflict(a, b *Rule) bool {
	if a.Host != b.Host || a.Pattern.Shape() != b.Pattern.Shape() {
		return false
	}
	if len(a.Methods) == 0 || len(b.Methods) == 0 {
		return len(a.Methods) == len(b.Methods)
	}
	return slices.ContainsFunc(a.Methods, func(m string) bool { return slices.Contains(b.Methods, m) })
}

// Match finds the rule, nil when there is none.
func (t *Table) Match(authority, method, path string) *Rule {
	var best *Rule
	t.Walk(authority, path, func(rules []*Rule) bool {
		best = pick(rules, method)
		return best == nil
	})
	return best
}

func pick(rules []*Rule, method string) *Rule {
	var best *Rule
	most := 0
	for _, r := range rules {
		if rank := r.Accepts(method); rank > most {
			best, most = r, rank
		}
	}
	return best
}

// Refuse is the cause for a request that no rule matches: 405 with the methods of those that match but for it, else 404.
func (t *Table) Refuse(authority, method, path string) *problem.Cause {
	var methods []string
	t.Walk(authority, path, func(rules []*Rule) bool {
		for _, r := range rules {
			methods = append(methods, r.Methods...)
		}
		return true
	})
	if len(methods) == 0 {
		return problem.New(diag.NoRoute, "No route matches %s %s.", method, path)
	}
	if slices.Contains(methods, "GET") {
		methods = append(methods, "HEAD")
	}
	slices.Sort(methods)
	c := problem.New(diag.MethodNotAllowed, "%s is not allowed for %s.", method, path)
	c.Allow = slices.Compact(methods)
	return c
}

// Layer pins the matching rule's route to the exchange.
func Layer(t *Table) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			r := t.Match(x.Request.Authority, x.Request.Method, x.Request.Path)
			if r == nil {
				return t.Refuse(x.Request.Authority, x.Request.Method, x.Request.Path)
			}
			x.Route = r.Route
			return next.Handle(x)
		})
	}
}

// Explain tells which of two rules, winner and another that matches host and path as well, loses, and why.
func Explain(winner, other *Rule, method string) layer.Lost {
	lost := layer.Lost{Rule: other.Route.Name, At: other.At}
	switch {
	case other.Accepts(method) == 0:
		lost.Why = "other methods"
	case winner.Host != other.Host && (other.Host == "" || other.Host[0] == '*') && winner.Host[0] != '*':
		lost.Why = "exact host wins"
	case winner.Host != other.Host:
		lost.Why = "longer host wins"
	case winner.Pattern.Shape() == other.Pattern.Shape():
		lost.Why = "named method wins"
	default:
		lost.Why = whyPath(winner.Pattern, other.Pattern)
	}
	return lost
}

func whyPath(winner, other *layer.Pattern) string {
	rests := func(p *layer.Pattern) bool { return p.Segments[len(p.Segments)-1].Kind == layer.Rest }
	literal := !slices.ContainsFunc(winner.Segments, func(s layer.Segment) bool { return s.Kind != layer.Literal })
	switch {
	case literal:
		return "exact path wins"
	case rests(winner) && rests(other) && len(winner.Segments) > len(other.Segments):
		return "longer path wins"
	case rests(other) && !rests(winner):
		return "whole path wins"
	}
	return "literal segment wins"
}
