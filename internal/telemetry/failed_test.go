package telemetry_test

import (
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/red"
	"github.com/banyan-run/banyan/internal/telemetry/waterfall"
	"github.com/banyan-run/banyan/internal/trace"
)

func TestFailed(t *testing.T) {
	rows := []struct {
		sentence     string
		caller       string
		status, grpc int
		code, reason string
		failed       bool
		level        signal.Level
		said         string
	}{
		{"an answer", telemetry.Gateway, 200, -1, "", "", false, signal.Info, ""},
		{"a service's own 404 is its client's affair", telemetry.Gateway, 404, -1, "", "", false, signal.Info, ""},
		{"between services too", "carts", 404, -1, "", "", false, signal.Info, ""},
		{"a 5xx", "carts", 503, -1, "", "", true, signal.Error, ""},
		{"a failure of gRPC", "carts", 200, 13, "", "", true, signal.Error, ""},
		{"no answer", "carts", 0, -1, "BYN-3023", "no answer", true, signal.Error, "BYN-3023 no answer"},
		{"the gateway's own 404", telemetry.Gateway, 404, -1, "BYN-3004", "no route", false, signal.Info, "BYN-3004 no route"},
		{"the gateway's own 502", telemetry.Gateway, 502, -1, "BYN-3021", "refused", true, signal.Error, "BYN-3021 refused"},
		{"an answer that broke off", telemetry.Gateway, 200, -1, "BYN-3022", "reset", true, signal.Error, "BYN-3022 reset"},
		{"a call that is refused", "carts", 403, -1, "BYN-3001", "not declared", true, signal.Error, "BYN-3001 not declared"},
		{"a client that left a stream", telemetry.Gateway, 200, -1, "BYN-3025", "the client left: broken pipe", false, signal.Info, "client left"},
		{"a client that left before the answer", telemetry.Gateway, 499, -1, "BYN-3025", "the client left", false, signal.Info, "client left"},
		{"a caller that left a gRPC stream", "carts", 200, 1, "BYN-3025", "the client left", false, signal.Info, "client left"},
		{"a client that left while it was told of a failure", telemetry.Gateway, 500, -1, "BYN-3025", "the client left", true, signal.Error, "client left"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			b := begin(t)
			x := exchange(trace.New(), row.caller, "orders", 0, time.Second)
			x.Status, x.GRPCStatus, x.Code, x.Reason = row.status, row.grpc, row.code, row.reason
			if telemetry.Failed(&x) != row.failed {
				t.Errorf("failed is %v", !row.failed)
			}
			b.Exchange(x)
			if err := b.Sync(t.Context()); err != nil {
				t.Fatal(err)
			}
			spans, err := b.store.Trace(x.Trace.Trace.String())
			if err != nil {
				t.Fatal(err)
			}
			tree := waterfall.Build(spans)
			if tree.Failed != row.failed || tree.Rows[0].Message != row.said || (len(tree.Remarks()) == 1) != (!row.failed && row.said != "") {
				t.Errorf("%+v", tree)
			}
			lines, err := b.store.Lines(telemetry.LineQuery{Access: true})
			if err != nil || len(lines) != 1 || lines[0].Level != row.level || !endsWith(lines[0].Text, row.said) {
				t.Errorf("%+v, %v", lines, err)
			}
		})
	}
}

func endsWith(text, said string) bool {
	end := "orders.1"
	if said != "" {
		end += ": " + said
	}
	return len(text) >= len(end) && text[len(text)-len(end):] == end
}

func TestAClientThatLeftIsNotInTheFailedShare(t *testing.T) {
	m, now := red.New(), time.Unix(1000, 0)
	for _, code := range []string{"", "", "BYN-3025", "BYN-3025"} {
		x := exchange(trace.New(), telemetry.Gateway, "events", 0, time.Second)
		x.Code = code
		m.Observe(x)
	}
	rates := m.Rates(10*time.Second, now.Add(2*time.Second))
	if len(rates.Edges) != 1 || rates.Edges[0].Errors != 0 || rates.Edges[0].PerSecond != 0.4 {
		t.Fatalf("%+v", rates)
	}
}
