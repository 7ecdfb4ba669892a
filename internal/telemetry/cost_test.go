package telemetry_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/red"
	"github.com/banyan-run/banyan/internal/trace"
)

// nowhere is a store that keeps nothing.
type nowhere struct{ telemetry.Store }

func (nowhere) Write(telemetry.Batch) error { return nil }

// The writer's arrays are used again: what one record had and the next has not must not be told of the next.
func TestAttributesAreNotHandedOn(t *testing.T) {
	b := begin(t)
	full := exchange(trace.New(), telemetry.Gateway, "orders", 0, time.Second)
	full.Route, full.Tries, full.Status, full.BytesIn, full.BytesOut, full.Code = "/orders/**", 3, 502, 7, 8, "B3001"
	bare := signal.Exchange{Trace: trace.New(), Caller: telemetry.Gateway, Method: "GET", Path: "/", Start: time.Unix(1000, 0), GRPCStatus: -1}
	for _, x := range []signal.Exchange{full, bare} {
		b.Exchange(x)
		if err := b.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[trace.ID]map[string]string{
		bare.Trace.Trace: {telemetry.RequestMethod: "GET", telemetry.URLPath: "/", telemetry.Caller: telemetry.Gateway, telemetry.ErrorType: "0"},
		full.Trace.Trace: {
			telemetry.RequestMethod: "GET", telemetry.URLPath: "/orders/7", telemetry.Caller: telemetry.Gateway, telemetry.StatusCode: "502",
			telemetry.ErrorType: "B3001", telemetry.ServerAddress: "orders", telemetry.ServiceInstance: "orders.1", telemetry.ResendCount: "2",
			telemetry.HTTPRoute: "/orders/**", telemetry.ProtocolName: "http", telemetry.ProtocolVersion: "1.1",
			telemetry.RequestBody: "7", telemetry.ResponseBody: "8",
		},
	} {
		spans, err := b.store.Trace(id.String())
		got := map[string]string{}
		for _, a := range spans[0].Attributes {
			got[a.Name] = a.Value
		}
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%v %v", err, spans)
		}
	}
}

// BenchmarkExchange is what a request costs in telemetry, but for the store: what its own goroutine does and what the writer does.
func BenchmarkExchange(b *testing.B) {
	r := telemetry.NewRecorder(b.Context(), telemetry.Means{Store: nowhere{}, Redact: &redact.Set{}, Meter: red.New()})
	defer func() { _ = r.Close() }()
	x := exchange(trace.New(), telemetry.Gateway, "orders", 0, time.Millisecond)
	x.Route, x.BytesOut = "/orders/**", 200
	const batch = 800 // of 20 ms
	b.ReportAllocs()
	for i := range b.N {
		x.Start = x.Start.Add(25 * time.Microsecond)
		r.Exchange(x)
		if i%batch == 0 {
			_ = r.Sync(context.Background())
		}
	}
	_ = r.Sync(context.Background())
}
