package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestARefusalNamesItsHopToThoseInside(t *testing.T) {
	shared := problem.New(diag.BadPath, "The path has a bad escape.")
	rows := []struct {
		sentence, listen string
		err              error
		callee, hop      string
	}{
		{"the gateway's own", "127.0.0.1:8080", shared, "", "client → gateway"},
		{"what it does not know", "127.0.0.1:8080", errors.New("boom"), "", "client → gateway"},
		{"a timeout on the way to a service", "127.0.0.1:8080", context.DeadlineExceeded, "orders", "gateway → orders"},
		{"one that has its hop", "127.0.0.1:8080", problem.New(diag.ConnectFailed, "x").At("orders", "payments"), "orders", "orders → payments"},
		{"those outside are told none", "0.0.0.0:8080", shared, "", ""},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			p, found := gateway.Compile(&graph.App{Environment: graph.Local, Edge: graph.Edge{Listen: row.listen}})
			if found.Failed() {
				t.Fatal(found)
			}
			x := &exchange.Exchange{Ctx: t.Context()}
			if row.callee != "" {
				x.Edge = exchange.Edge{Caller: graph.Gateway, Callee: row.callee}
			}
			p.Refuse(x, row.err)
			body, err := io.ReadAll(x.Reply.Body)
			if err != nil {
				t.Fatal(err)
			}
			var told problem.Problem
			if err := json.Unmarshal(body, &told); err != nil || told.Hop != row.hop {
				t.Fatalf("%s: hop %q, want %q (%v)", body, told.Hop, row.hop, err)
			}
		})
	}
	if shared.Hop != "" {
		t.Fatal("a cause that requests share was changed")
	}
}
