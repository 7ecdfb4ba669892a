package layer

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// Step is what one layer decides, in an explanation.
type Step struct {
	// Name is the layer's; Says its decision, Detail why.
	Name, Says, Detail string
	At                 diag.Position
}

// Lost is a rule that matches as well and loses.
type Lost struct {
	Rule, Why string
	At        diag.Position
}

// Verdict says what would happen to a request. Nothing was sent for it.
type Verdict struct {
	// Subject is `GET /path` or `reviews → payments`.
	Subject string
	Allowed bool
	// Steps are the layers in the order of their stack, up to the one that refuses.
	Steps []Step
	Lost  []Lost
	Fix   *problem.Fix
	// Callees are who would be called next, with Path; both are empty when the request is refused.
	Callees []string
	// Caller is as whom they would be; empty is the gateway.
	Caller string
	Path   string
}

// Refuse ends the verdict with the cause of one layer.
func (v *Verdict) Refuse(name string, c *problem.Cause, at diag.Position) {
	v.Allowed = false
	v.Callees, v.Path = nil, ""
	v.Steps = append(v.Steps, Step{Name: name, Says: "refused", Detail: c.Detail, At: at})
	v.Fix = c.Fix
}

// Then is v followed by what another stack decides: a request that the gateway passes on goes through the mesh.
func (v Verdict) Then(next Verdict) Verdict {
	v.Steps = append(v.Steps[:len(v.Steps):len(v.Steps)], next.Steps...)
	v.Lost = append(v.Lost[:len(v.Lost):len(v.Lost)], next.Lost...)
	v.Allowed, v.Fix, v.Callees, v.Path = next.Allowed, next.Fix, next.Callees, next.Path
	return v
}
