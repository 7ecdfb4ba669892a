package allow

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// Program is the list of one call.
type Program struct {
	Caller, Callee string
	Rules          []Rule
}

// Rule allows a method, `*` for any, on the paths of a pattern.
type Rule struct {
	Method  string
	Pattern *layer.Pattern
	At      diag.Position
}

// Match finds the first rule that allows the request. GET allows HEAD, which asks for no more (RFC 9110 §9.3.2).
func (p *Program) Match(method, path string) *Rule {
	for i := range p.Rules {
		r := &p.Rules[i]
		if (r.Method == "*" || r.Method == method || r.Method == "GET" && method == "HEAD") && r.Pattern.Match(path, nil) {
			return r
		}
	}
	return nil
}

// Refuse is the cause for a request that no rule allows. The fix is one more entry of the list.
func (p *Program) Refuse(method, path string) *problem.Cause {
	c := problem.New(diag.CallNotAllowed, "%s may not call %s %s of %s: it allows %s only.", p.Caller, method, path, p.Callee, p).
		At(p.Caller, p.Callee)
	c.Fix = problem.FixAt(p.Rules[0].At, method+" "+path)
	return c
}

// String lists what is allowed.
func (p *Program) String() string {
	all := make([]string, len(p.Rules))
	for i, r := range p.Rules {
		all[i] = r.Method + " " + r.Pattern.Text
	}
	return strings.Join(all, ", ")
}

// Layer refuses what the list does not have.
func Layer(p *Program) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if p.Match(x.Request.Method, x.Request.Path) == nil {
				return p.Refuse(x.Request.Method, x.Request.Path)
			}
			return next.Handle(x)
		})
	}
}
