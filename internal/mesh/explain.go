package mesh

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/path"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/unit"
)

// question is a call that is explained on its way through the stack; without a method and a path it is any.
type question struct {
	*call
	method, path string
}

// Explain says what would become of a call, layer by layer; nothing is sent. Method and path may be empty. Without a live Mesh the
// program alone answers, and instances are not named.
func (p *Program) Explain(caller, callee, method, path string) (layer.Verdict, error) {
	return (&Mesh{Program: p}).Explain(caller, callee, method, path)
}

// Explain is Program.Explain with the instances that there are now.
func (m *Mesh) Explain(caller, callee, method, path string) (layer.Verdict, error) {
	c, err := m.find(caller, callee)
	if err != nil {
		return layer.Verdict{}, err
	}
	q := &question{call: c, method: strings.ToUpper(method), path: path}
	verdict := layer.Verdict{Subject: caller + " → " + callee, Allowed: true}
	if q.method != "" {
		verdict.Subject += ": " + q.method + " " + q.path
	}
	_, service := m.services[caller]
	for _, e := range stack {
		if e.port && !service {
			continue
		}
		step, cause := e.explain(m, q)
		if cause != nil {
			verdict.Refuse(e.name, cause, step.At)
			return verdict, nil
		}
		if step.Name = e.name; step.Says != "" {
			verdict.Steps = append(verdict.Steps, step)
		}
	}
	verdict.Callees, verdict.Path = []string{callee}, q.path
	return verdict, nil
}

func explainEdge(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: q.caller + " → " + q.callee, At: q.at}, nil
}

func explainTracing(*Mesh, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "traceparent continued", Detail: "or a new one"}, nil
}

func explainPeer(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "no other service", Detail: "the port was given to " + q.caller}, nil
}

func explainHost(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "no other service", Detail: "Host may name " + q.callee + " or none"}, nil
}

func explainDeclared(m *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.undeclared == nil {
		return declaredBy(q), nil
	}
	d, service := m.services[q.caller]
	if !service {
		return layer.Step{}, q.undeclared
	}
	refused := *q.undeclared
	refused.Detail = q.caller + " declares no calls"
	if len(d.calls) > 0 {
		refused.Detail = q.caller + " declares calls to " + list(d.calls) + " only"
	}
	return layer.Step{At: d.service.At}, &refused
}

func declaredBy(q *question) layer.Step {
	switch q.caller {
	case graph.Gateway:
		return layer.Step{Says: "yes", Detail: "a route leads there"}
	case graph.Operator:
		return layer.Step{Says: "yes", Detail: "the operator may call every service"}
	}
	return layer.Step{Says: "yes", Detail: "calls of " + q.caller, At: q.at}
}

// list joins names as a sentence does.
func list(names []string) string {
	names = slices.Sorted(slices.Values(names))
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func explainHygiene(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.caller == graph.Gateway {
		return layer.Step{}, nil
	}
	return layer.Step{Says: "X-Banyan-* removed"}, nil
}

func explainPath(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.path == "" {
		return layer.Step{}, nil
	}
	asked, _, _ := strings.Cut(q.path, "?")
	normal, err := proxy.NormalizePath(asked)
	if err != nil {
		return layer.Step{}, path.Refuse(err)
	}
	step := layer.Step{Says: normal}
	if normal != asked {
		step.Detail = "normal form of " + asked
	}
	q.path = normal
	return step, nil
}

func explainAllow(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	switch {
	case q.allow == nil && q.at.IsZero():
		return layer.Step{}, nil // no list binds the gateway and the operator
	case q.allow == nil:
		return layer.Step{Says: "everything", At: q.at}, nil
	case q.method == "" || q.path == "":
		return layer.Step{Says: q.allow.String(), Detail: "and nothing else", At: q.allow.Rules[0].At}, nil
	}
	rule := q.allow.Match(q.method, q.path)
	if rule == nil {
		return layer.Step{At: q.allow.Rules[0].At}, q.allow.Refuse(q.method, q.path)
	}
	return layer.Step{Says: "yes", Detail: rule.Method + " " + rule.Pattern.Text, At: rule.At}, nil
}

func explainDeadline(m *Mesh, q *question) (layer.Step, *problem.Cause) {
	switch {
	case q.timeout == 0:
		return layer.Step{}, nil
	case m.means.Held != nil && m.means.Held(q.callee):
		return layer.Step{Says: "none", Detail: unit.Duration(q.timeout) + " once no debugger holds " + q.callee + " or whom it calls", At: q.at}, nil
	}
	return layer.Step{Says: unit.Duration(q.timeout), At: q.at}, nil
}

func explainIdentity(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.foreign {
		return layer.Step{}, nil
	}
	return layer.Step{Says: "X-Banyan-Caller: " + q.caller}, nil
}

func explainVia(*Mesh, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "Via: banyan"}, nil
}

func explainBalance(m *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.mock != nil || q.alone() {
		return layer.Step{}, nil // who answers was said
	}
	step := layer.Step{Says: "an instance of " + q.callee, Detail: "the less loaded of two; " + retries(&q.retry), At: q.at}
	if m.means.Endpoints == nil {
		return step, nil
	}
	set := m.means.Endpoints.Endpoints(q.callee)
	var names []string
	for _, e := range set.Ready {
		names = append(names, e.Instance)
	}
	switch {
	case len(names) > 0:
		step.Says = strings.Join(names, " or ")
	case set.Coming:
		step.Says = "held until an instance is ready"
	default:
		return step, problem.New(diag.NoInstance, "no instance of %s is ready", q.callee).At(q.caller, q.callee)
	}
	return step, nil
}

func retries(r *balance.RetryPolicy) string {
	if r.Attempts < 2 {
		return "one try"
	}
	var on []string
	if r.Connect {
		on = append(on, "connect")
	}
	for _, status := range r.Statuses {
		on = append(on, fmt.Sprint(status))
	}
	text := fmt.Sprintf("up to %d tries on %s", r.Attempts, strings.Join(on, ", "))
	if !r.Declared {
		text += " (statuses: idempotent methods)"
	}
	return text
}

func explainExternal(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.external == nil || q.alone() {
		return layer.Step{}, nil
	}
	return layer.Step{Says: "Host: " + q.external.Authority, Detail: q.external.Base}, nil
}
