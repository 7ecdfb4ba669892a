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
	quote       byte
	environment *Environment
	program     cel.Program
}

// Compile checks text against the environment. The errors have the code BadExpression and stand where the wrong word does, but for the
// budget's. An expression that was compiled before costs nothing.
func (e *Environment) Compile(text string, place Place) (*Program, diag.List) {
	if strings.TrimSpace(text) == "" {
		return nil, diag.List{refusal(place, 0, 1, "the expression is empty").WithHint("%s", e.hint())}
	}
	if program := e.known(text); program != nil {
		return &Program{text: text, place: place, environment: e, program: program}, nil
	}
	if d := e.budget.take(compileCost(text), place, len(text)); d != nil {
		return nil, diag.List{*d}
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
	e.keep(text, program)
	return &Program{text: text, place: place, environment: e, program: program}, nil
}

// Evaluate returns a string, int64, float64, bool, nil, []any or map[string]any. A variable that is not among values is an
// error at the expression's place, as is all that shows at evaluation only.
func (p *Program) Evaluate(values map[string]any) (any, diag.List) {
	if d := p.environment.budget.take(0, p.place, len(p.text)); d != nil {
		return nil, diag.List{*d}
	}
	value, details, err := p.program.Eval(values)
	spent := p.environment.budget.take(evaluateCost(details, value), p.place, len(p.text))
	switch {
	case err != nil:
		return nil, diag.List{p.failed(err)}
	case spent != nil:
		return nil, diag.List{*spent}
	}
	plain, err := native(value)
	if err != nil {
		return nil, diag.List{refusal(p.place, 0, len(p.text), "%v", err)}
	}
	return plain, nil
}
