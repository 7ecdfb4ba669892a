package layer

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
)

// NotDeclared is the refusal of a call that caller does not declare; fix is nil where no line of the file would change it. Causes
// may be made once and shared.
func NotDeclared(caller, callee string, fix *problem.Fix) *problem.Cause {
	c := problem.New(diag.CallNotDeclared, "%s may not call %s: %s declares no such call.", caller, callee, caller).At(caller, callee)
	c.Fix = fix
	return c
}

// Declaring is the fix that declares a call of s to callee: one more of its calls, or the first one.
func Declaring(s *graph.Service, callee string) *problem.Fix {
	switch {
	case s.CallsAt.IsZero():
		return problem.FixAt(s.At, "calls: {"+callee+": }")
	case s.CallsListed:
		return problem.FixAt(s.CallsAt, callee)
	}
	return problem.FixAt(s.CallsAt, callee+":")
}

// WrongPort is the refusal of a request that named came to with, though it was meant for another edge's port.
func WrongPort(caller, callee, named string) *problem.Cause {
	return problem.New(diag.WrongHost, "the request from %s came to the address of %s and names %s.", caller, callee, named).At(caller, named)
}
