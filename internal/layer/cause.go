package layer

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// NotDeclared is the refusal of a call that caller, declared at a position, does not declare. Causes may be made once and shared.
func NotDeclared(caller, callee string, at diag.Position) *problem.Cause {
	c := problem.New(diag.CallNotDeclared, "%s may not call %s: %s declares no such call.", caller, callee, caller).At(caller, callee)
	c.Fix = problem.FixAt(at, "calls: {"+callee+": }")
	return c
}

// WrongPort is the refusal of a request that named came to with, though it was meant for another edge's port.
func WrongPort(caller, callee, named string) *problem.Cause {
	return problem.New(diag.WrongHost, "the request from %s came to the address of %s and names %s.", caller, callee, named).At(caller, named)
}
