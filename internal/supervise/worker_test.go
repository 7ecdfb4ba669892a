package supervise

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/registry"
)

func TestAWorkerIsReadyOnceItRunsAndIsNeverProbed(t *testing.T) {
	in(t, func(s *stage) {
		s.prober.fails("nobody may ask")
		o := orders()
		o.Service.Health.Kind = graph.Unprobed
		s.keep(o)
		s.settle(time.Minute)
		s.state("orders.1", Ready, registry.Ready)
		if got := s.status("orders.1"); got.Port != 0 || got.Address != "" {
			s.Errorf("it was given a port: %+v", got)
		}
		for _, v := range s.processes.mu.specs[0].Env {
			if strings.HasPrefix(v, "PORT=") || strings.HasPrefix(v, "HOST=") {
				s.Errorf("it was given %s", v)
			}
		}
		s.processes.end("orders.1", keeper.Exit{Code: 1})
		s.settle(0)
		s.state("orders.1", Waiting, registry.Starting)
		s.settle(time.Second)
		s.state("orders.1", Ready, registry.Ready)
	})
}

// fakePlaces has one port for every resource; taken says that somebody else listens there.
type fakePlaces struct{ taken atomic.Bool }

func (f *fakePlaces) Port(*graph.Resource) int { return 6000 }
func (f *fakePlaces) Take(*graph.Resource) (int, error) {
	if f.taken.Load() {
		return 0, diag.At(diag.Position{}, diag.PortTaken, "its port 6000 is taken")
	}
	return 6000, nil
}

func TestAResourceGetsItsPlaceAndItsUsersWhatItExports(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data", "kv")
	in(t, func(s *stage) {
		places := &fakePlaces{}
		places.taken.Store(true)
		s.means.Places = places
		s.begin()
		kv := &graph.Resource{Name: "kv", Data: data, Exports: []graph.Variable{{Name: "KV_URL", Value: "http://127.0.0.1:" + graph.PortMark}}}
		o, user := orders(), orders()
		o.Service.Name, o.Service.Resource, o.Service.Calls = "kv", kv, nil
		o.Service.Run.Argv = []string{"kv", "--listen", "127.0.0.1:" + graph.PortMark}
		o.App.Resources, user.App.Resources = []*graph.Resource{kv}, []*graph.Resource{kv}
		user.Service.Uses = []graph.Use{{Resource: "kv"}}
		s.keep(o)
		s.settle(0)
		s.state("kv.1", Waiting, registry.Starting)
		if p := s.status("kv.1").Problem; p == nil || p.Code != diag.PortTaken {
			s.Errorf("the problem is %+v", p)
		}
		places.taken.Store(false)
		s.settle(time.Second)
		s.keep(user)
		s.settle(0)
		first, second := s.processes.mu.specs[0], s.processes.mu.specs[1]
		if !slices.Contains(first.Argv, "127.0.0.1:6000") || !slices.Contains(first.Env, "PORT=6000") {
			s.Errorf("it was started as %v with %v", first.Argv, first.Env)
		}
		if !slices.Contains(second.Env, "KV_URL=http://127.0.0.1:6000") {
			s.Errorf("its user was started with %v", second.Env)
		}
	})
	if _, err := os.Stat(data); errors.Is(err, os.ErrNotExist) {
		t.Errorf("it has no folder: %v", err)
	}
}
