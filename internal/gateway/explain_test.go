package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/mesh"
)

func checkFound(t *testing.T, a *app, want string) {
	t.Helper()
	program, found := gateway.Compile(&a.App)
	meshed, more := mesh.Compile(&a.App)
	found = append(found, more...)
	if found.Failed() && program != nil && meshed != nil {
		t.Error("both programs are there though something is wrong")
	}
	var got strings.Builder
	for _, d := range found {
		fmt.Fprintf(&got, "%s: %s %s\n  %s\n", d.At, d.Code, d.Message, d.Hint)
	}
	if got.String() != want {
		t.Errorf("found\n%s\nwant\n%s", got.String(), want)
	}
}

// checkVerdict asks the gateway, and the mesh for what it passes on; or the mesh alone.
func checkVerdict(t *testing.T, s *stage, ask []string, want string) {
	t.Helper()
	v, err := verdictOf(s, ask)
	if err != nil {
		t.Fatal(err)
	}
	if got := text(v); got != want {
		t.Errorf("verdict\n%s\nwant\n%s", got, want)
	}
	for _, all := range s.instances {
		for _, i := range all {
			if i.endpoint.Address != "" && i.seen() != "" {
				t.Error("something was sent")
			}
		}
	}
}

func verdictOf(s *stage, ask []string) (layer.Verdict, error) {
	if strings.ToUpper(ask[0]) != ask[0] {
		ask = append(ask, "", "")
		return s.mesh.Explain(ask[0], ask[1], ask[2], ask[3])
	}
	v, err := s.gateway.Explain(ask[0], ask[1])
	if err != nil || len(v.Callees) != 1 {
		return v, err
	}
	next, err := s.mesh.Explain(graph.Gateway, v.Callees[0], ask[0], v.Path)
	return v.Then(next), err
}

func text(v layer.Verdict) string {
	var b strings.Builder
	say := func(parts ...string) {
		b.WriteString(strings.TrimRight(strings.Join(parts, " | "), " |"))
		b.WriteByte('\n')
	}
	place := func(at diag.Position) string {
		if at.IsZero() {
			return ""
		}
		return at.String()
	}
	say(v.Subject)
	for _, step := range v.Steps {
		say("  "+step.Name, step.Says, step.Detail, place(step.At))
	}
	for _, lost := range v.Lost {
		say("  not "+lost.Rule, lost.Why, place(lost.At))
	}
	if !v.Allowed {
		say("refused")
	}
	if v.Fix != nil {
		say(fmt.Sprintf("add at %s:%d:%d: %s", v.Fix.File, v.Fix.Line, v.Fix.Column, v.Fix.Add))
	}
	return b.String()
}
