package node

import (
	"cmp"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// ExplainRequest tells what would decide about a request to the gateway of an application that does not run.
func ExplainRequest(app *graph.App, method, url string) (api.Verdict, error) {
	live, err := built(app)
	if err != nil {
		return api.Verdict{}, err
	}
	return live.explainRequest(method, url)
}

// ExplainCall tells what would decide about a call between services of an application that does not run. Method and path may
// be empty.
func ExplainCall(app *graph.App, caller, callee, method, path string) (api.Verdict, error) {
	live, err := built(app)
	if err != nil {
		return api.Verdict{}, err
	}
	return live.explainCall(caller, callee, method, path)
}

// built is the data plane of an application without anything behind it.
func built(app *graph.App) (*live, error) {
	p, found := compile(app)
	if err := found.Err(); err != nil {
		return nil, err
	}
	return p.build(nil, meshMeans(nil, nil, nil))
}

func (l *live) explainRequest(method, url string) (api.Verdict, error) {
	v, err := l.gateway.Explain(method, url)
	if err != nil || !v.Allowed || len(v.Callees) == 0 {
		return verdictOf(v), err
	}
	// From there on it is a call of the gateway, or of the operator.
	next, err := l.mesh.Explain(cmp.Or(v.Caller, graph.Gateway), v.Callees[0], method, v.Path)
	if err != nil {
		return api.Verdict{}, err
	}
	return verdictOf(v.Then(next)), nil
}

func (l *live) explainCall(caller, callee, method, path string) (api.Verdict, error) {
	v, err := l.mesh.Explain(caller, callee, method, path)
	return verdictOf(v), err
}

func verdictOf(v layer.Verdict) api.Verdict {
	return api.Verdict{
		Subject: v.Subject, Allowed: v.Allowed, Steps: mapped(v.Steps, stepOf), Lost: mapped(v.Lost, lostOf), Fix: fixOf(v.Fix),
	}
}

func stepOf(s layer.Step) api.Step {
	return api.Step{Name: s.Name, Says: s.Says, Detail: s.Detail, Where: where(s.At)}
}

func lostOf(l layer.Lost) api.Lost { return api.Lost{Rule: l.Rule, Why: l.Why, Where: where(l.At)} }

func fixOf(f *problem.Fix) *api.Fix {
	if f == nil {
		return nil
	}
	return &api.Fix{Where: where(f.Position()), Add: f.Add}
}
