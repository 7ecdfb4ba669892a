package expr

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
)

// The bounds of one expression. CEL always ends; these bound how much it does until then.
const (
	maxText   = 4 << 10
	maxDepth  = 64
	maxCost   = 100_000
	maxMemory = 1 << 20
)

// Kind is what a variable holds.
type Kind int

// The kinds. Texts is a map from text to text, Any whatever the caller gives.
const (
	Any Kind = iota
	Text
	Number
	Flag
	Texts
)

// Variable is one name that expressions may use.
type Variable struct {
	Name string
	Kind Kind
	// Absent says, of a map, what a key that it does not have means: "the process environment has no %s".
	Absent string
	// Elsewhere says why the variable may not be used in this environment; empty is usable.
	Elsewhere string
}

// Environment is the set of variables of one kind of expressions. Making one costs nothing.
type Environment struct {
	variables []Variable
	build     func() (*cel.Env, error)
	budget    *Budget
	mu        struct {
		sync.Mutex
		// programs are what was compiled, by text: many values of a file say the same. They live as long as the environment.
		programs map[string]cel.Program
	}
}

// New names what expressions may use, and what they may cost together with those of other environments of the budget, which may be nil.
func New(budget *Budget, variables ...Variable) *Environment {
	e := &Environment{variables: slices.Clone(variables), budget: budget}
	e.mu.programs = map[string]cel.Program{}
	e.build = sync.OnceValues(e.open)
	return e
}

func (e *Environment) open() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.ParserExpressionSizeLimit(maxText), cel.ParserRecursionLimit(maxDepth), cel.EagerlyValidateDeclarations(false),
	}
	for _, v := range e.variables {
		if v.Elsewhere == "" {
			options = append(options, cel.Variable(v.Name, v.Kind.cel()))
		}
	}
	made, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("declaring %s: %w", strings.Join(e.Names(), ", "), err)
	}
	return made, nil
}

func (k Kind) cel() *cel.Type {
	switch k {
	case Text:
		return cel.StringType
	case Number:
		return cel.IntType
	case Flag:
		return cel.BoolType
	case Texts:
		return cel.MapType(cel.StringType, cel.StringType)
	}
	return cel.DynType
}

func (e *Environment) known(text string) cel.Program {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.mu.programs[text]
}

// keep remembers a program while there are few enough to be those of a file.
func (e *Environment) keep(text string, program cel.Program) {
	const most = 1000
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.mu.programs) < most {
		e.mu.programs[text] = program
	}
}

// Names are the variables that may be used here, in the order given.
func (e *Environment) Names() []string {
	var names []string
	for _, v := range e.variables {
		if v.Elsewhere == "" {
			names = append(names, v.Name)
		}
	}
	return names
}

func (e *Environment) variable(name string) (Variable, bool) {
	at := slices.IndexFunc(e.variables, func(v Variable) bool { return v.Name == name })
	if at < 0 {
		return Variable{}, false
	}
	return e.variables[at], true
}
