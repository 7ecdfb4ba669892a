package mesh

import (
	"strings"

	"github.com/banyan-run/banyan/internal/contract"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/layer/attached"
	"github.com/banyan-run/banyan/internal/layer/mock"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// replaced puts into a callee who answers in its place, or beside it. Of e the name, the contract and who that is count.
func (c *compiler) replaced(made *callee, e graph.External) *callee {
	switch by := e.Replaced.Override; by.By {
	case graph.ByURL:
		made.external = c.external(&graph.External{Name: e.Name, At: e.At, URL: by.URL}).external
	case graph.ByMock:
		made.external, made.mock = nil, c.mock(e)
	case graph.ByProcess:
		made.external = nil
	}
	if to := e.Replaced.Attached; to.Port > 0 {
		made.attached = &attached.Program{Header: to.Header, Value: to.Value, Alone: e.Replaced.Override.By == graph.ByProcess}
	}
	return made
}

// mock compiles the contract. A file that does not name one any more is refused, and what runs goes on.
func (c *compiler) mock(e graph.External) *mock.Program {
	if e.Contract.File == "" {
		c.found.Add(diag.At(e.At, diag.MissingKey, "%s is mocked and has no contract", e.Name).
			WithHint("add contract: ./openapi.yaml, or start without --override %s=mock", e.Name))
		return nil
	}
	document, found := contract.Read(e.Contract.Shown, []byte(e.Contract.Text))
	c.found = append(c.found, found...)
	return &mock.Program{Service: e.Name, Document: document, Audience: c.p.audience}
}

func buildMock(c *call, _ Means) exchange.Layer {
	if c.mock == nil {
		return nil
	}
	return mock.Layer(c.mock)
}

// buildAttached: the process is a callee of its own, so that what is learnt of it is not mixed with what is learnt of instances. It is
// tried once where others can answer in its stead.
func buildAttached(c *call, m Means) exchange.Layer {
	if c.attached == nil {
		return nil
	}
	name, retry := graph.AttachedTo(c.callee), c.retry
	if !c.attached.Alone {
		retry.Attempts = 1
	}
	theirs := balance.Layer(name, m.Endpoints, m.State, retry)(m.Transport)
	there := func() bool { return len(m.Endpoints.Endpoints(name).Ready) > 0 }
	return attached.Layer(c.attached, theirs, there)
}

// alone tells whether nobody but the attached process answers.
func (c *call) alone() bool { return c.attached != nil && c.attached.Alone }

func explainAttached(m *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.attached == nil {
		return layer.Step{}, nil
	}
	step := layer.Step{Says: q.callee + ".attached", Detail: "every request"}
	if q.attached.Header != "" {
		step.Detail = "requests with " + strings.TrimSuffix(q.attached.Header+": "+q.attached.Value, ": ") + "; the others go on"
	}
	if m.means.Endpoints == nil || len(m.means.Endpoints.Endpoints(graph.AttachedTo(q.callee)).Ready) > 0 {
		return step, nil
	}
	step.Detail = "it is not there, so requests go on"
	if q.alone() {
		step.Detail = "it is not there, so requests wait for it"
	}
	return step, nil
}

func explainMock(_ *Mesh, q *question) (layer.Step, *problem.Cause) {
	if q.mock == nil {
		return layer.Step{}, nil
	}
	return layer.Step{Says: mock.Instance(q.callee), Detail: "answers from " + q.mock.Document.File()}, nil
}
