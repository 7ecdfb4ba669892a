package balance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/snapshot"
)

// known is an Endpoints that a test changes.
type known struct{ snapshot.Value[balance.Set] }

func (k *known) Endpoints(string) balance.Set {
	set, version := k.Version()
	set.Changed = k.Changed(version)
	return set
}

func instances(names ...string) *known {
	k := &known{}
	k.Store(balance.Set{Ready: endpoints(names...)})
	return k
}

func endpoints(names ...string) []exchange.Endpoint {
	var all []exchange.Endpoint
	for _, name := range names {
		all = append(all, exchange.Endpoint{Instance: name, Address: name + ":80"})
	}
	return all
}

func get(method string) *exchange.Exchange {
	x := &exchange.Exchange{Ctx: context.Background(), Now: time.Now(), Edge: exchange.Edge{Caller: "gateway", Callee: "orders"}}
	x.Request.Method, x.Request.Path = method, "/"
	x.Body.Reset(strings.NewReader("body"), 4)
	return x
}

// play answers the tries of one exchange in turn: a status, a code, or `14` for gRPC's UNAVAILABLE.
func play(x *exchange.Exchange, script []string, tried *[]string) exchange.Handler {
	return exchange.HandlerFunc(func(*exchange.Exchange) error {
		step := script[min(len(*tried), len(script)-1)]
		*tried = append(*tried, x.Endpoint.Instance)
		switch step {
		case "14":
			x.Reply.Head.Status = 200
			x.Reply.Head.Set("Grpc-Status", "14")
		case "200":
			x.Answer(200, "text/plain", nil)
		case "502", "503", "504", "500":
			x.Answer(int(step[0]-'0')*100+int(step[2]-'0'), "text/plain", nil)
		default:
			return problem.New(diag.Code(step), "it failed")
		}
		return nil
	})
}

func TestRetry(t *testing.T) {
	const connect, reset, slow, malformed = string(diag.ConnectFailed), string(diag.UpstreamReset), string(diag.UpstreamTimeout), string(diag.BadAnswer)
	declared := balance.RetryPolicy{Attempts: 3, Connect: true, Statuses: []int{503}, Declared: true}
	rows := []struct {
		sentence, method string
		policy           balance.RetryPolicy
		script           []string
		tries            int
		prepare          func(*exchange.Exchange)
	}{
		{"an answer is final", "GET", balance.DefaultRetry(), []string{"200"}, 1, nil},
		{"a failed connection is tried again for any method", "POST", balance.DefaultRetry(), []string{connect, "200"}, 2, nil},
		{"503 is tried again for an idempotent method", "PUT", balance.DefaultRetry(), []string{"503", "200"}, 2, nil},
		{"503 is not for another", "POST", balance.DefaultRetry(), []string{"503", "200"}, 1, nil},
		{"unless the call declares it", "POST", declared, []string{"503", "503", "200"}, 3, nil},
		{"500 is final", "GET", balance.DefaultRetry(), []string{"500", "200"}, 1, nil},
		{"attempts are bounded", "GET", balance.DefaultRetry(), []string{"503"}, 2, nil},
		{"a reset is tried again for an idempotent method", "GET", balance.DefaultRetry(), []string{reset, "200"}, 2, nil},
		{"and not for another, for the request may have been handled", "POST", balance.DefaultRetry(), []string{reset, "200"}, 1, nil},
		{"a malformed answer is final", "GET", balance.DefaultRetry(), []string{malformed, "200"}, 1, nil},
		{"a timeout is final", "GET", balance.DefaultRetry(), []string{slow, "200"}, 1, nil},
		{"UNAVAILABLE without a message counts as 503", "POST", declared, []string{"14", "200"}, 2, nil},
		{"and as such is final for a method that is not idempotent", "POST", balance.DefaultRetry(), []string{"14", "200"}, 1, nil},
		{"no policy is no retry", "GET", balance.RetryPolicy{}, []string{connect, "200"}, 1, nil},
		{"a hop further down has retried", "GET", balance.DefaultRetry(), []string{"503", "200"}, 1, func(x *exchange.Exchange) { x.Note.Retried = true }},
		{"a body that is not kept cannot be sent again", "PUT", balance.DefaultRetry(), []string{"503", "200"}, 1, func(x *exchange.Exchange) {
			x.Body.Reset(strings.NewReader(strings.Repeat("x", 2*exchange.Kept)), exchange.Unknown)
			for p := make([]byte, 4096); ; {
				if _, err := x.Body.Read(p); err != nil {
					return
				}
			}
		}},
		{"a client that left needs no retry", "GET", balance.DefaultRetry(), []string{"503", "200"}, 1, func(x *exchange.Exchange) {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			x.Ctx = ctx
		}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			x := get(row.method)
			if row.prepare != nil {
				row.prepare(x)
			}
			var tried []string
			h := balance.Layer("orders", instances("orders.1", "orders.2", "orders.3"), &balance.State{}, row.policy)(play(x, row.script, &tried))
			err := h.Handle(x)
			if len(tried) != row.tries || x.Note.Tries != row.tries {
				t.Fatalf("tried %v, noted %d tries, %v", tried, x.Note.Tries, err)
			}
			if row.tries > 1 && tried[0] == tried[1] {
				t.Fatalf("tried %s again though there are others", tried[0])
			}
		})
	}
}

func TestTheBudgetBoundsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, from := &balance.State{}, instances("orders.1", "orders.2")
		tries := 0
		for range 200 {
			x := get("GET")
			x.Edge.Caller = ""
			var tried []string
			_ = balance.Layer("orders", from, state, balance.DefaultRetry())(play(x, []string{"503"}, &tried)).Handle(x)
			tries += len(tried)
		}
		if retries := tries - 200; retries < 40 || retries > 50 {
			t.Fatalf("%d retries of 200 calls in one second; a fifth and ten are allowed", retries)
		}
	})
}

func TestRetriesDoNotMultiply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state := &balance.State{}
		call := func(caller, callee string) int {
			x := get("GET")
			x.Edge = exchange.Edge{Caller: caller, Callee: callee}
			var tried []string
			_ = balance.Layer(callee, instances("a", "b"), state, balance.DefaultRetry())(play(x, []string{"503"}, &tried)).Handle(x)
			return len(tried)
		}
		if n := call("orders", "payments"); n != 2 {
			t.Fatalf("orders tried payments %d times", n)
		}
		if n := call("gateway", "orders"); n != 1 {
			t.Fatalf("the gateway tried orders %d times just after orders tried again itself", n)
		}
		time.Sleep(2 * time.Second)
		if n := call("gateway", "orders"); n != 2 {
			t.Fatalf("the gateway tried orders %d times two seconds later", n)
		}
	})
}

func TestACallIsHeldForAnInstanceThatComes(t *testing.T) {
	rows := []struct {
		sentence string
		coming   bool
		change   func(*known)
		deadline time.Duration
		code     diag.Code
		waits    time.Duration
	}{
		{"it is held until one is ready", true, func(k *known) { time.Sleep(3 * time.Second); k.Store(balance.Set{Ready: endpoints("a")}) }, 10 * time.Second, "", 3 * time.Second},
		{"not beyond its deadline", true, func(*known) {}, 2 * time.Second, diag.NoInstance, 2 * time.Second},
		{"not when the one that came failed", true, func(k *known) { time.Sleep(time.Second); k.Store(balance.Set{}) }, 10 * time.Second, diag.NoInstance, time.Second},
		{"not when none is coming", false, func(*known) {}, 10 * time.Second, diag.NoInstance, 0},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &known{}
				k.Store(balance.Set{Coming: row.coming})
				go row.change(k)
				x := get("GET")
				start := time.Now()
				x.Deadline = start.Add(row.deadline)
				var tried []string
				err := balance.Layer("orders", k, &balance.State{}, balance.DefaultRetry())(play(x, []string{"200"}, &tried)).Handle(x)
				var cause *problem.Cause
				if row.code == "" && err != nil || row.code != "" && (!errors.As(err, &cause) || cause.Code != row.code) {
					t.Fatalf("%v", err)
				}
				if waited := time.Since(start); waited != row.waits {
					t.Fatalf("waited %v", waited)
				}
				synctest.Wait()
			})
		})
	}
}

func TestTheSlowAndTheBrokenGetLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		state, from := &balance.State{}, instances("fast", "slow", "broken")
		counts := map[string]int{}
		for range 300 {
			x := get("GET")
			h := balance.Layer("orders", from, state, balance.DefaultRetry())(exchange.HandlerFunc(func(x *exchange.Exchange) error {
				counts[x.Endpoint.Instance]++
				switch x.Endpoint.Instance {
				case "broken":
					return problem.New(diag.ConnectFailed, "it does not listen")
				case "slow":
					time.Sleep(50 * time.Millisecond)
				case "fast":
					time.Sleep(time.Millisecond)
				}
				x.Answer(200, "text/plain", nil)
				return nil
			}))
			if err := h.Handle(x); err != nil {
				t.Fatal(err)
			}
			x.Reply.Drop()
		}
		if counts["broken"] > 20 || counts["slow"] > counts["fast"]/5 {
			t.Fatalf("%v", counts)
		}
	})
}

func TestStateOutlivesAReloadAndForgetsTheGone(t *testing.T) {
	state := &balance.State{}
	suspect := func(from *known) {
		x := get("POST")
		var tried []string
		_ = balance.Layer("orders", from, state, balance.RetryPolicy{})(play(x, []string{string(diag.ConnectFailed)}, &tried)).Handle(x)
	}
	suspect(instances("a"))
	var seen []string
	for range 20 {
		x := get("GET")
		_ = balance.Layer("orders", instances("a", "b"), state, balance.DefaultRetry())(play(x, []string{"200"}, &seen)).Handle(x)
	}
	if slices.Contains(seen, "a") {
		t.Fatal("what was learnt of an instance is lost with the layer")
	}
}
