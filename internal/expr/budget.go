package expr

import (
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/banyan-run/banyan/internal/diag"
)

// Budget bounds what the expressions of one application do together: each is bounded by itself, and a file may have thousands. It may be
// used by any goroutine; a nil one is without end.
type Budget struct {
	mu struct {
		sync.Mutex
		left uint64
		// spent is the refusal where it ran out, which all later ones repeat: a list drops what is said twice.
		spent *diag.Diagnostic
	}
}

// The costs are those of CEL, about the steps of an evaluation: to compile takes some hundred times as long for each byte.
const (
	allowance   = 10 * maxCost
	perCompile  = 200
	perCompiled = 10 // for each byte of text
	perTexts    = 16 // bytes of a result for one
)

// NewBudget is what the expressions of one application may cost.
func NewBudget() *Budget {
	b := &Budget{}
	b.mu.left = allowance
	return b
}

// take spends; the answer is nil while there is enough.
func (b *Budget) take(cost uint64, place Place, width int) *diag.Diagnostic {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.mu.spent == nil && cost > b.mu.left {
		d := diag.At(place(0), diag.TooLarge, "the expressions of the application do too much, counted together up to this one").
			WithHint("write a value out, or in fewer places, instead of making it anew each time")
		d.Width = max(width, 1)
		b.mu.spent = &d
	}
	b.mu.left -= min(cost, b.mu.left)
	return b.mu.spent
}

func compileCost(text string) uint64 { return perCompile + perCompiled*uint64(len(text)) }

// evaluateCost counts the steps and what they left behind: a variable is one step, however long its text.
func evaluateCost(details *cel.EvalDetails, value ref.Val) uint64 {
	cost := uint64(1)
	if steps := details.ActualCost(); steps != nil {
		cost += *steps
	}
	if text, is := value.(types.String); is {
		cost += uint64(len(text)) / perTexts
	}
	return cost
}
