package balance_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// open answers with a stream that stays open until the reply is closed.
func open(x *exchange.Exchange) error {
	x.Reply.Head.Status, x.Reply.Body, x.Reply.Length = 200, eternal{}, exchange.Unknown
	return nil
}

type eternal struct{}

func (eternal) Read([]byte) (int, error) { return 0, io.ErrNoProgress }

func TestAnInstanceThatLeftTheSetIsCountedWhileItStreams(t *testing.T) {
	k, state := instances("orders.1"), &balance.State{}
	h := balance.Layer("orders", k, state, balance.DefaultRetry())(exchange.HandlerFunc(open))
	streaming := get("GET")
	if err := h.Handle(streaming); err != nil {
		t.Fatal(err)
	}
	k.Store(balance.Set{Ready: endpoints("orders.2")})
	other := get("GET")
	if err := h.Handle(other); err != nil { // makes orders.2 known
		t.Fatal(err)
	}
	if n := state.InFlight("orders", "orders.1:80"); n != 1 {
		t.Fatalf("%d in flight at the instance that drains", n)
	}
	_, _ = streaming.Reply.Close(), other.Reply.Close()
	if n := state.InFlight("orders", "orders.1:80"); n != 0 {
		t.Fatalf("%d in flight after the end", n)
	}
	k.Store(balance.Set{Ready: endpoints("orders.3")})
	if err := h.Handle(get("GET")); err != nil {
		t.Fatal(err)
	}
}

func TestAPanicLeavesNothingInFlight(t *testing.T) {
	state := &balance.State{}
	h := balance.Layer("orders", instances("orders.1"), state, balance.DefaultRetry())(exchange.HandlerFunc(func(*exchange.Exchange) error { panic("a slip") }))
	func() {
		defer func() { _ = recover() }()
		_ = h.Handle(get("GET"))
	}()
	if n := state.InFlight("orders", "orders.1:80"); n != 0 {
		t.Fatalf("%d in flight", n)
	}
}

func TestHeldCallsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, state := &known{}, &balance.State{}
		k.Store(balance.Set{Coming: true})
		h := balance.Layer("orders", k, state, balance.DefaultRetry())(exchange.HandlerFunc(open))
		const bound = 1024
		answered := make(chan error, bound+1)
		for range bound {
			go func() { answered <- h.Handle(get("GET")) }()
		}
		synctest.Wait()
		if err := h.Handle(get("GET")); problem.CauseOf(err).Code != diag.NoInstance {
			t.Fatalf("one too many: %v", err)
		}
		k.Store(balance.Set{Ready: endpoints("orders.1")})
		for range bound {
			if err := <-answered; err != nil {
				t.Fatal(err)
			}
		}
		k.Store(balance.Set{Coming: true})
		go func() { answered <- h.Handle(get("GET")) }()
		synctest.Wait() // it is held again, and not refused
		k.Store(balance.Set{Ready: endpoints("orders.1")})
		if err := <-answered; err != nil {
			t.Fatal(err)
		}
	})
}

// Whatever becomes of exchanges, and of the set meanwhile, the counters are never negative, and zero in the end.
func TestInFlightAtRandom(t *testing.T) {
	state, k := &balance.State{}, instances("a", "b")
	behind := exchange.HandlerFunc(func(x *exchange.Exchange) error {
		switch rand.IntN(8) {
		case 0:
			return problem.New(diag.ConnectFailed, "no")
		case 1:
			return problem.New(diag.UpstreamReset, "cut")
		case 2:
			x.Answer(503, "text/plain", nil)
			return nil
		case 3:
			panic(errPlanned)
		}
		return open(x)
	})
	policy := balance.RetryPolicy{Attempts: 3, Connect: true, Statuses: []int{502, 503}}
	h := balance.Layer("orders", k, state, policy)(behind)
	names := []string{"a", "b", "c", "d"}
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			var held []*exchange.Exchange
			for range 400 {
				held = append(held, once(h))
				if rand.IntN(3) == 0 {
					at := rand.IntN(len(held))
					_ = held[at].Reply.Close()
					held[at].Reply.Drop() // a second time does nothing
				}
				if rand.IntN(20) == 0 {
					at := rand.IntN(len(names))
					k.Store(balance.Set{Ready: endpoints(names[at], names[(at+1)%len(names)])})
				}
				if n := state.InFlight("orders", names[rand.IntN(len(names))]+":80"); n < 0 {
					t.Errorf("%d in flight", n)
				}
			}
			for _, x := range held {
				_ = x.Reply.Close()
			}
		})
	}
	clients.Wait()
	for _, name := range names {
		if n := state.InFlight("orders", name+":80"); n != 0 {
			t.Errorf("%d in flight at %s in the end", n, name)
		}
	}
}

var errPlanned = errors.New("planned")

// once has one exchange answered, by a client that may have left already; a server recovers from panics.
func once(h exchange.Handler) *exchange.Exchange {
	x := get([]string{"GET", "POST"}[rand.IntN(2)])
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if x.Ctx = ctx; rand.IntN(10) == 0 {
		cancel()
	}
	func() {
		defer func() { _ = recover() }()
		_ = h.Handle(x)
	}()
	return x
}
