package registry

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func orders(number int, state State) Instance {
	return Instance{
		ID: fmt.Sprintf("orders.%d", number), Service: "orders", Number: number, State: state,
		Address: fmt.Sprintf("127.0.0.1:%d", 7000+number), Since: time.Unix(1000, 0),
	}
}

func TestWhoGetsRequests(t *testing.T) {
	rows := []struct {
		sentence  string
		instances []Instance
		expected  int
		ready     []string
		coming    bool
	}{
		{"nobody knows the service", nil, 0, nil, false},
		{"one is expected and not there yet", nil, 1, nil, true},
		{"one starts: a call may wait for it", []Instance{orders(1, Starting)}, 1, nil, true},
		{"one is ready", []Instance{orders(1, Ready)}, 1, []string{"orders.1"}, false},
		{"the ready ones are sorted by number, however they came", []Instance{orders(10, Ready), orders(2, Ready)}, 2, []string{"orders.2", "orders.10"}, false},
		{"one of two is not there yet", []Instance{orders(1, Ready)}, 2, []string{"orders.1"}, true},
		{"one fails its check: nobody waits for it", []Instance{orders(1, Unready)}, 1, nil, false},
		{"one is draining and its successor is expected", []Instance{orders(1, Draining)}, 1, nil, true},
		{"one is draining and none shall follow", []Instance{orders(1, Draining)}, 0, nil, false},
		{"another of the same id replaces the first", []Instance{orders(1, Ready), orders(1, Unready)}, 1, nil, false},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			r := New()
			r.Expect("orders", row.expected, "")
			for _, i := range row.instances {
				r.Put(i)
			}
			var ready []string
			for _, e := range r.Endpoints("orders").Ready {
				ready = append(ready, e.Instance)
			}
			if !slices.Equal(ready, row.ready) || r.Endpoints("orders").Coming != row.coming {
				t.Fatalf("ready %v, coming %v", ready, r.Endpoints("orders").Coming)
			}
		})
	}
}

func TestCallersAreToldWhyNothingComes(t *testing.T) {
	r := New()
	told := func() string { return r.Endpoints("orders").Absent }
	r.Expect("orders", 0, "it was stopped")
	if told() != "it was stopped" || r.Endpoints("orders").Coming {
		t.Fatalf("a service without an instance: %q, %v", told(), r.Endpoints("orders").Coming)
	}
	changed := r.Endpoints("orders").Changed
	r.Put(orders(1, Draining))
	r.Remove("orders.1")
	if told() != "it was stopped" || !closed(changed) {
		t.Fatalf("after its last instance: %q", told())
	}
	r.Expect("orders", 2, "left over")
	if told() != "" || !r.Endpoints("orders").Coming {
		t.Fatalf("one that is expected: %q", told())
	}
	r.Expect("orders", 0, "")
	if told() != "" || r.Endpoints("orders").Coming {
		t.Fatalf("one of which nobody said why: %q", told())
	}
}

func TestAnEndpointHasWhatAProxyNeeds(t *testing.T) {
	r := New()
	r.Put(Instance{ID: "payments.1", Service: "payments", Number: 1, Address: "pay.example:443", TLS: true, ServerName: "pay.example", H2: true, State: Ready})
	if e := r.Endpoints("payments").Ready[0]; e.Address != "pay.example:443" || !e.TLS || e.ServerName != "pay.example" || !e.H2 {
		t.Fatalf("%+v", e)
	}
}

func TestStates(t *testing.T) {
	r := New()
	r.Put(orders(1, Starting))
	r.SetState("orders.1", Ready, "")
	first, _ := r.Snapshot().Find("orders.1")
	if first.State != Ready || !first.Since.After(time.Unix(1000, 0)) {
		t.Fatalf("a new state is since now: %+v", first)
	}
	r.SetState("orders.1", Ready, "slow")
	if again, _ := r.Snapshot().Find("orders.1"); !again.Since.Equal(first.Since) || again.Reason != "slow" {
		t.Fatalf("another reason is no other state: %+v", again)
	}
	r.SetState("orders.9", Ready, "")
	if all := r.Snapshot().Instances; len(all) != 1 {
		t.Fatalf("a state made an instance: %+v", all)
	}
	r.Remove("orders.9")
	r.Remove("orders.1")
	if s := r.Snapshot(); len(s.Instances) != 0 || s.Service("orders") != nil {
		t.Fatalf("%+v", s.Instances)
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestAChangeWakesWhoeverWaitsForIt(t *testing.T) {
	r := New()
	unknown, version := r.Endpoints("orders").Changed, r.Snapshot().Version
	r.Put(orders(1, Starting))
	if !closed(unknown) || !closed(r.Changed(version)) {
		t.Fatal("the first instance of a service woke nobody")
	}
	known := r.Endpoints("orders").Changed
	other := orders(1, Ready)
	other.ID, other.Service = "carts.1", "carts"
	r.Put(other)
	if closed(known) {
		t.Fatal("a change of carts woke who waits for orders")
	}
	r.Expect("orders", 1, "")
	r.Expect("orders", 1, "")
	if !closed(known) || closed(r.Endpoints("orders").Changed) {
		t.Fatal("what is expected wakes once")
	}
	last := r.Endpoints("orders").Changed
	r.Expect("orders", 0, "")
	r.Remove("orders.1")
	if !closed(last) || r.Endpoints("orders").Ready != nil || closed(r.Endpoints("orders").Changed) {
		t.Fatal("the end of a service woke nobody")
	}
}

func TestASnapshotNeverChanges(t *testing.T) {
	r := New()
	r.Put(orders(1, Ready))
	r.Put(orders(2, Ready))
	before, ready := r.Snapshot(), r.Endpoints("orders").Ready
	r.SetState("orders.1", Unready, "503")
	r.Remove("orders.2")
	r.Put(orders(3, Ready))
	if len(before.Instances) != 2 || before.Instances[0].State != Ready || len(ready) != 2 || ready[1].Instance != "orders.2" {
		t.Fatalf("%+v, %+v", before.Instances, ready)
	}
	if now := r.Snapshot(); now.Version != before.Version+3 {
		t.Fatalf("version %d after %d and three changes", now.Version, before.Version)
	}
}

func TestEndpointsAllocatesNothing(t *testing.T) {
	r := New()
	r.Put(orders(1, Ready))
	if n := testing.AllocsPerRun(100, func() { _, _ = r.Endpoints("orders"), r.Endpoints("unknown") }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

// Many write and many read at once: every reader sees whole snapshots in order, and nothing that was put is missing.
func TestUpdatesAtOnce(t *testing.T) {
	const writers, rounds = 8, 100
	r, done := New(), make(chan struct{})
	var writing, reading sync.WaitGroup
	for range 4 {
		reading.Go(func() {
			for last := uint64(0); !closed(done); {
				s := r.Snapshot()
				if s.Version < last || !slices.IsSortedFunc(s.Instances, compare) {
					t.Errorf("version %d after %d: %+v", s.Version, last, s.Instances)
				}
				last = s.Version
				for _, e := range r.Endpoints("orders").Ready {
					if e.Address == "" {
						t.Errorf("half an endpoint: %+v", e)
					}
				}
			}
		})
	}
	for w := range writers {
		writing.Go(func() {
			for n := range rounds {
				r.Put(orders(w, Starting))
				r.SetState(fmt.Sprintf("orders.%d", w), Ready, "")
				r.Expect("orders", n, "")
				if n < rounds-1 {
					r.Remove(fmt.Sprintf("orders.%d", w))
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	if s := r.Snapshot(); len(s.Service("orders")) != writers || len(r.Endpoints("orders").Ready) != writers || s.Version != 1+writers*(4*rounds-1) {
		t.Fatalf("version %d, %+v", s.Version, s.Instances)
	}
}
