package layer

import (
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

func TestDeclaring(t *testing.T) {
	service, calls := diag.Position{File: "banyan.yaml", Line: 5, Column: 3}, diag.Position{File: "banyan.yaml", Line: 7, Column: 5}
	rows := []struct {
		sentence string
		caller   graph.Service
		line     int
		add      string
	}{
		{"a service without calls gets them", graph.Service{At: service}, 5, "calls: {payments: }"},
		{"a list gets one more name", graph.Service{At: service, CallsAt: calls, CallsListed: true}, 7, "payments"},
		{"a map gets one more key, and not a second map", graph.Service{At: service, CallsAt: calls}, 7, "payments:"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if fix := Declaring(&row.caller, "payments"); fix.Line != row.line || fix.Add != row.add {
				t.Fatalf("%+v", fix)
			}
		})
	}
}
