package expr

import (
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/banyan-run/banyan/internal/diag"
)

// Place tells where in the file the byte at an offset of the expression's text stands.
type Place func(offset int) diag.Position

// Program is one compiled expression.
type Program struct {
	text        string
	place       Place
	environment *Environment
	program     cel.Program
}

// Compile checks text against the environment. The errors have the code BadExpression and stand where the wrong word does.
func (e *Environment) Compile(text string, place Place) (*Program, diag.List) {
	if strings.TrimSpace(text) == "" {
		return nil, diag.List{refusal(place, 0, 1, "the expression is empty").WithHint("%s", e.hint())}
	}
	environment, err := e.build()
	if err != nil {
		return nil, diag.List{refusal(place, 0, len(text), "%v", err)}
	}
	ast, issues := environment.Compile(text)
	if issues.Err() != nil {
		return nil, e.explain(text, place, issues)
	}
	program, err := environment.Program(ast, cel.CostLimit(maxCost), cel.MemoryLimit(maxMemory))
	if err != nil {
		return nil, diag.List{refusal(place, 0, len(text), "%s", firstLine(err.Error()))}
	}
	return &Program{text, place, e, program}, nil
}

// Evaluate returns a string, int64, float64, bool, nil, []any or map[string]any. A variable that is not among values is an
// error at the expression's place, as is all that shows at evaluation only.
func (p *Program) Evaluate(values map[string]any) (any, diag.List) {
	value, _, err := p.program.Eval(values)
	if err != nil {
		return nil, diag.List{p.failed(err)}
	}
	plain, err := native(value)
	if err != nil {
		return nil, diag.List{refusal(p.place, 0, len(p.text), "%v", err)}
	}
	return plain, nil
}
