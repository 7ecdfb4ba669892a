package store

import (
	"errors"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
)

func TestALimitThatIsLoweredHoldsFromTheNextBlockOn(t *testing.T) {
	now := start
	d := open(t, t.TempDir(), Options{Unsealed: 4 << 10, Now: func() time.Time { return now }})
	fill(t, d, 0, 200)
	holds(t, d, 0, 200)
	now = now.Add(2 * time.Hour)
	d.Limit(Limits{Requests: Bound{Age: time.Hour}, Unsealed: 4 << 10})
	fill(t, d, 200, 400)
	if _, err := d.Trace(traceID(0).String()); !errors.Is(err, telemetry.ErrNoTrace) {
		t.Fatalf("older than the limit: %v", err)
	}
	holds(t, d, 390, 400)
	// Lines have an age of their own, the usual one.
	lines, err := d.Lines(telemetry.LineQuery{Limit: 1000})
	if err != nil || len(lines) == 0 || !lines[0].At.Before(now.Add(-time.Hour)) {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
}

func TestSpansAndLinesHaveRoomsOfTheirOwn(t *testing.T) {
	d := open(t, t.TempDir(), Options{})
	d.Limit(Limits{Requests: Bound{Size: 64 << 10}, Lines: Bound{Size: 4 << 20}})
	for i := range 400 {
		write(t, d, telemetry.Batch{
			Spans: []signal.Span{span(i, "orders", 0, time.Second, false)},
			Lines: []signal.Line{line(i, "orders", signal.Info, traceID(i))},
		})
	}
	for i := range 8000 {
		write(t, d, telemetry.Batch{Spans: []signal.Span{span(1000+i, "orders", 0, time.Second, false)}})
	}
	if _, err := d.Trace(traceID(0).String()); !errors.Is(err, telemetry.ErrNoTrace) {
		t.Fatalf("the oldest span: %v", err)
	}
	lines, err := d.Lines(telemetry.LineQuery{Limit: 1000})
	if err != nil || len(lines) != 400 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
}
