package balance_test

import (
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

func TestWhoCallsWhatIsNotThereIsToldWhy(t *testing.T) {
	for _, row := range []struct{ sentence, absent, detail string }{
		{"the operator stopped it", "orders was stopped by the operator; banyan start orders starts it", "orders was stopped by the operator; banyan start orders starts it"},
		{"nobody said why", "", "no instance of orders is ready"},
	} {
		t.Run(row.sentence, func(t *testing.T) {
			k := &known{}
			k.Store(balance.Set{Absent: row.absent})
			never := exchange.HandlerFunc(func(*exchange.Exchange) error { t.Error("it was sent"); return nil })
			x := get("GET")
			c := problem.CauseOf(balance.Layer("orders", k, &balance.State{}, balance.DefaultRetry())(never).Handle(x))
			if c.Code != diag.NoInstance || c.Detail != row.detail || c.Hop != "gateway → orders" {
				t.Fatalf("%+v", c)
			}
			if outside := problem.From(c, problem.Outside, ""); outside.Detail != "" {
				t.Fatalf("an outside client is told %q", outside.Detail)
			}
		})
	}
}
