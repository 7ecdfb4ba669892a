package terminal

import (
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

func TestSeveritiesOfDiagnosticsAreColoured(t *testing.T) {
	list := diag.List{diag.At(diag.Position{File: "banyan.yaml", Line: 3, Column: 5}, diag.BadValue, "x cannot be used")}
	plain := "banyan.yaml:3:5: error BYN-1005: x cannot be used\n\n1 error in 1 file\n"
	if got := (Screen{}).Diagnostics(list); got != plain {
		t.Errorf("without colour %q", got)
	}
	coloured := "banyan.yaml:3:5: \x1b[31merror\x1b[0m BYN-1005: x cannot be used\n\n1 error in 1 file\n"
	if got := (Screen{Color: true}).Diagnostics(list); got != coloured {
		t.Errorf("with colour %q", got)
	}
}
