package gateway

import (
	"errors"
	"fmt"
	"strings"

	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/path"
	"github.com/banyan-run/banyan/internal/layer/route"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/unit"
)

var errNoURL = errors.New("explaining a request: the URL is empty")

// question is a request that is explained on its way through the stack.
type question struct {
	method, authority, path string
	rule                    *rule
	held                    func(service string) bool
	verdict                 layer.Verdict
}

// Explain says what would become of a request, layer by layer; nothing is sent. The URL may begin with its path. What follows for each
// of the verdict's Callees is the mesh's to tell.
func (p *Program) Explain(method, url string) (layer.Verdict, error) {
	return p.explain(method, url, nil)
}

// Explain is Program.Explain with what a debugger holds now.
func (g *Gateway) Explain(method, url string) (layer.Verdict, error) {
	return g.explain(method, url, g.held)
}

func (p *Program) explain(method, url string, held func(service string) bool) (layer.Verdict, error) {
	q := &question{method: strings.ToUpper(method), held: held}
	if err := q.parse(url, p.listen); err != nil {
		return layer.Verdict{}, err
	}
	q.verdict = layer.Verdict{Subject: q.method + " " + url, Allowed: true}
	if p.explainStraight(q, url) {
		return q.verdict, nil
	}
	for _, e := range stack {
		step, cause := e.explain(p, q)
		if cause != nil {
			q.verdict.Refuse(e.name, cause, step.At)
			return q.verdict, nil
		}
		if step.Name = e.name; step.Says != "" {
			q.verdict.Steps = append(q.verdict.Steps, step)
		}
	}
	q.verdict.Path = q.path
	return q.verdict, nil
}

// parse keeps the path as it is written: another parser would mend what the gateway refuses.
func (q *question) parse(url, listen string) error {
	rest, _, _ := strings.Cut(url, "#")
	rest, _, _ = strings.Cut(rest, "?")
	if _, after, absolute := strings.Cut(rest, "://"); absolute {
		rest = after
	}
	host, after, found := strings.Cut(rest, "/")
	q.authority, q.path = host, "/"
	if found {
		q.path += after
	}
	if q.authority == "" {
		q.authority = listen
	}
	if url == "" {
		return errNoURL
	}
	return nil
}

func explainEdge(*Program, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "from outside", Detail: "services see the caller gateway"}, nil
}

func explainHygiene(*Program, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "X-Banyan-* removed"}, nil
}

func explainTracing(*Program, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "traceparent continued", Detail: "or a new one"}, nil
}

func explainForwarded(*Program, *question) (layer.Step, *problem.Cause) {
	return layer.Step{Says: "X-Forwarded-* set", Detail: "from the connection; Host is passed on"}, nil
}

func explainPath(_ *Program, q *question) (layer.Step, *problem.Cause) {
	normal, err := proxy.NormalizePath(q.path)
	if err != nil {
		return layer.Step{}, path.Refuse(err)
	}
	step := layer.Step{Says: normal}
	if normal != q.path {
		step.Detail = "normal form of " + q.path
	}
	q.path = normal
	return step, nil
}

func explainRoute(p *Program, q *question) (layer.Step, *problem.Cause) {
	winner := p.table.Match(q.authority, q.method, q.path)
	p.table.Walk(q.authority, q.path, func(rules []*route.Rule) bool {
		for _, r := range rules {
			switch {
			case winner == nil:
				q.verdict.Lost = append(q.verdict.Lost, layer.Lost{Rule: r.Route.Name, Why: "other methods", At: r.At})
			case r != winner:
				q.verdict.Lost = append(q.verdict.Lost, route.Explain(winner, r, q.method))
			}
		}
		return true
	})
	if winner == nil {
		return layer.Step{}, p.table.Refuse(q.authority, q.method, q.path)
	}
	q.rule = p.ruleOf(winner)
	step := layer.Step{Says: winner.Route.Name, Detail: winner.Host + winner.Pattern.Text, At: winner.At}
	for _, lost := range q.verdict.Lost {
		if why, wins := strings.CutSuffix(lost.Why, " wins"); wins {
			step.Detail += fmt.Sprintf(" (before %q: %s)", lost.Rule, why)
			break
		}
	}
	return step, nil
}

func (p *Program) ruleOf(matched *route.Rule) *rule {
	for _, r := range p.rules {
		if r.Rule == matched {
			return r
		}
	}
	return nil
}

func explainDeadline(_ *Program, q *question) (layer.Step, *problem.Cause) {
	if q.held != nil && q.rule.held(q.held) {
		return layer.Step{Says: "none", Detail: unit.Duration(q.rule.timeout) + " once no debugger holds whom it leads to", At: q.rule.At}, nil
	}
	return layer.Step{Says: unit.Duration(q.rule.timeout), At: q.rule.At}, nil
}

func explainRewrite(_ *Program, q *question) (layer.Step, *problem.Cause) {
	if q.rule.rewrite == nil {
		return layer.Step{}, nil
	}
	made, err := q.rule.rewrite.Path(q.path)
	if err != nil {
		return layer.Step{At: q.rule.rewriteAt}, problem.CauseOf(err)
	}
	step := layer.Step{Says: made, Detail: "strip " + q.rule.rewrite.Strip, At: q.rule.rewriteAt}
	if q.rule.rewrite.Template != nil {
		step.Detail = "rewrite " + q.rule.rewrite.Template.Text
	}
	q.path = made
	return step, nil
}

func explainTo(_ *Program, q *question) (layer.Step, *problem.Cause) {
	total := 0
	for _, t := range q.rule.targets {
		total += t.Weight
	}
	var shares []string
	for _, t := range q.rule.targets {
		q.verdict.Callees = append(q.verdict.Callees, t.Route.To)
		shares = append(shares, fmt.Sprintf("%s %.4g%%", t.Route.To, 100*float64(t.Weight)/float64(total)))
	}
	if len(shares) == 1 {
		return layer.Step{Says: q.verdict.Callees[0], At: q.rule.At}, nil
	}
	return layer.Step{Says: strings.Join(q.verdict.Callees, " or "), Detail: strings.Join(shares, ", "), At: q.rule.At}, nil
}
