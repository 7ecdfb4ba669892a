package lifecycle

import (
	"context"
	"errors"
	"testing"
)

func TestStopClosesInReverseAndWaits(t *testing.T) {
	g := NewGroup(t.Context())
	var order []string
	for _, name := range []string{"first", "second"} {
		g.OnStop(name, func(context.Context) error { order = append(order, name); return nil })
	}
	ended := false
	g.Go("loop", func(ctx context.Context) error { <-ctx.Done(); ended = true; return ctx.Err() })
	if err := g.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !ended || len(order) != 2 || order[0] != "second" {
		t.Fatalf("ended %v, order %v", ended, order)
	}
	g.Go("late", func(context.Context) error { t.Error("a stopped group runs nothing"); return nil })
	if err := g.Stop(t.Context()); err != nil {
		t.Fatalf("a second Stop: %v", err)
	}
}

func TestAFailureEndsTheOthersAndIsNamed(t *testing.T) {
	g := NewGroup(t.Context())
	broken := errors.New("broken")
	g.Go("waits", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	g.Go("fails", func(context.Context) error { return broken })
	if err := g.Wait(); !errors.Is(err, broken) || err.Error() != "running fails: broken" {
		t.Fatalf("Wait: %v", err)
	}
}
