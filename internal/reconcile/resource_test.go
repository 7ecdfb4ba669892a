package reconcile

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
)

// using is an application in which orders uses the resource kv.
func using() *graph.App {
	app := appOf("kv", "orders")
	kv := &graph.Resource{Name: "kv", At: at(9)}
	app.Resources = []*graph.Resource{kv}
	for _, s := range app.Services {
		if s.Name == "kv" {
			s.Resource = kv
		} else {
			s.Calls, s.Uses = nil, []graph.Use{{Resource: "kv", At: at(7)}}
		}
	}
	return app
}

func TestAServiceStartsOnceItsResourceIsReady(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.begin(using())
		defer s.end()
		s.settle(boot / 2)
		s.ids("kv.1")
		s.phase("orders", Waiting)
		if doing := s.service("orders").Doing; doing != "waits for kv" {
			s.Errorf("orders %s", doing)
		}
		s.settle(boot)
		s.ids("kv.1", "orders.1")
		s.settle(boot)
		s.phase("orders", Running)
	})
}

func TestAServiceWhoseResourceFailsSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.instances.breakService("kv", true)
		s.begin(using())
		defer s.end()
		s.settle(time.Minute)
		s.phase("kv", Failed)
		s.phase("orders", Failed)
		p := s.service("orders").Problem
		if p == nil || p.Where != at(7) || !strings.Contains(p.Text, "waits for the resource kv") || p.Likely != s.service("kv").Problem.Text {
			s.Errorf("the problem is %+v", p)
		}
		if why := s.expected.because("orders"); !strings.Contains(why, "kv") {
			s.Errorf("its callers are told %q", why)
		}
		s.instances.breakService("kv", false)
		if err := s.Start([]string{"kv"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.phase("orders", Running)
		if s.expected.of("orders") != 1 {
			s.Error("its callers may not expect it")
		}
	})
}

func TestAResourceIsReplacedAloneAndEndsAfterItsUsers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.begin(using())
		defer s.end()
		s.settle(3 * boot)
		if err := s.Restart([]string{"kv"}); err != nil {
			s.Fatal(err)
		}
		s.settle(stopTime / 2)
		s.ids("kv.1", "orders.1")
		s.settle(stopTime + 2*boot)
		s.ids("kv.1", "orders.1")
		s.phase("kv", Running)
		if generation := s.service("kv").Generation; generation != 1 {
			s.Errorf("its generation is %d", generation)
		}
		if err := s.Scale("kv", 2); err == nil {
			s.Error("it was scaled")
		}
		down := make(chan error, 1)
		go func() { down <- s.Down(context.Background()) }()
		s.settle(stopTime + yielding + time.Millisecond)
		s.ids("kv.1")
		if err := <-down; err != nil {
			s.Error(err)
		}
	})
}

func TestAStoppedResourceIsNamedByWhoWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		s.begin(using())
		defer s.end()
		s.settle(3 * boot)
		if err := s.Stop([]string{"kv"}); err != nil {
			s.Fatal(err)
		}
		s.settle(2 * stopTime)
		s.ids("orders.1")
		if err := s.Restart([]string{"orders"}); err != nil {
			s.Fatal(err)
		}
		s.settle(time.Minute)
		s.ids("orders.1")
		if doing := s.service("orders").Doing; !strings.Contains(doing, "banyan start kv") {
			s.Errorf("orders %s", doing)
		}
		if err := s.Start([]string{"kv"}); err != nil {
			s.Fatal(err)
		}
		s.settle(3 * boot)
		s.phase("orders", Running)
		if generation := s.service("orders").Generation; generation != 1 {
			s.Errorf("its generation is %d", generation)
		}
	})
}

func TestAChangedExportReplacesThoseWhoUseIt(t *testing.T) {
	before, after := using(), using()
	after.Resources[0].Exports = []graph.Variable{{Name: "KV_URL", Value: "x", At: at(10)}}
	changes := Compare(before, after, subset.Wish{})
	if len(changes) != 1 || changes[0].Subject != "orders" || changes[0].Action != Restart || changes[0].At != at(10) {
		t.Errorf("it changes %+v", changes)
	}
}
