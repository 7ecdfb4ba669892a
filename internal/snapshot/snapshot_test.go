package snapshot

import (
	"context"
	"errors"
	"sync"
	"testing"
)

func TestAwaitSeesTheValueThatIsThereAndTheOneThatComes(t *testing.T) {
	v := New(1)
	got, err := v.Await(t.Context(), func(n int) bool { return n == 1 })
	if got != 1 || err != nil {
		t.Fatalf("the present value: %d, %v", got, err)
	}
	go v.Store(2)
	if got, err = v.Await(t.Context(), func(n int) bool { return n == 2 }); got != 2 || err != nil {
		t.Fatalf("the coming value: %d, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = v.Await(ctx, func(int) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled wait: %v", err)
	}
}

func TestNoUpdateIsLost(t *testing.T) {
	var v Value[int]
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				v.Update(func(n int) int { return n + 1 })
			}
		})
	}
	all.Wait()
	if n, number := v.Version(); n != 8000 || number != 8000 {
		t.Fatalf("%d updates, version %d", n, number)
	}
}

func TestChangedIsClosedAtOnceForAnOldVersion(t *testing.T) {
	v := New("a")
	v.Store("b")
	select {
	case <-v.Changed(1):
	default:
		t.Fatal("version 1 is over, and Changed(1) waits")
	}
	select {
	case <-v.Changed(2):
		t.Fatal("version 2 is current, and Changed(2) is closed")
	default:
	}
}
