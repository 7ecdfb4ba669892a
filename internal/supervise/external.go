package supervise

import (
	"context"
	"net"
	"net/url"
	"reflect"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/registry"
)

// externals are the services that somebody else runs, as they are listed now.
type externals struct {
	mu struct {
		sync.Mutex
		listed map[string]*outside
	}
}

// outside is one external service: what was declared, its entries, and what ends its probes.
type outside struct {
	declared graph.External
	entries  []registry.Instance
	cancel   context.CancelFunc
}

// Externals lists these external services in the registry, and no others. Those that did not change keep their state.
func (s *Supervisor) Externals(declared []*graph.External) {
	wanted := map[string]*outside{}
	var gone, added []*outside
	for _, e := range declared {
		wanted[e.Name] = &outside{declared: *e, entries: entries(e)}
	}
	s.outlying.mu.Lock()
	for name, o := range s.outlying.mu.listed {
		if w := wanted[name]; w != nil && same(w.declared, o.declared) {
			wanted[name] = o
			continue
		}
		gone = append(gone, o)
	}
	for name, o := range wanted {
		if s.outlying.mu.listed[name] != o {
			added = append(added, o)
		}
	}
	s.outlying.mu.listed = wanted
	s.outlying.mu.Unlock()
	for _, o := range gone {
		if o.cancel != nil {
			o.cancel()
		}
		for _, i := range o.entries {
			s.means.Registry.Remove(i.ID)
		}
	}
	for _, o := range added {
		s.list(o)
	}
}

func same(a, b graph.External) bool {
	a.At, b.At = graph.External{}.At, graph.External{}.At
	// Neither is probed.
	a.Contract, b.Contract, a.Replaced.Attached, b.Replaced.Attached = graph.Contract{}, graph.Contract{}, graph.Attached{}, graph.Attached{}
	return reflect.DeepEqual(a, b)
}

func (s *Supervisor) list(o *outside) {
	for _, i := range o.entries {
		s.means.Registry.Put(i)
	}
	if o.declared.Health == "" {
		return
	}
	stopped := make(chan struct{})
	o.cancel = sync.OnceFunc(func() { close(stopped) })
	for _, i := range o.entries {
		s.group.Go(i.ID, func(ctx context.Context) error { return s.reach(ctx, stopped, i, o.declared) })
	}
}

// reach probes an endpoint until it is no longer listed.
func (s *Supervisor) reach(ctx context.Context, stopped <-chan struct{}, i registry.Instance, e graph.External) error {
	h := health{rule: graph.Health{
		Interval: graph.DefaultHealthInterval, Timeout: graph.DefaultHealthTimeout, Threshold: graph.DefaultHealthThreshold, Within: graph.DefaultHealthWithin,
	}}
	h.begin(time.Now())
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-stopped:
			return nil
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		began := time.Now()
		bounded, cancel := context.WithTimeout(ctx, h.timeout())
		err := s.means.Prober.Reach(bounded, i.URL+e.Health)
		cancel()
		select {
		case <-stopped: // what is no longer listed must not come back
			return nil
		default:
		}
		s.reached(i.ID, e, h.noteFar(err, time.Now()), err)
		timer.Reset(h.pause() - time.Since(began))
	}
}

// reached draws the conclusion of a probe.
func (s *Supervisor) reached(id string, e graph.External, c change, err error) {
	switch c {
	case becameReady:
		s.means.Registry.SetState(id, registry.Ready, "")
		s.means.Journal.Record(journal.Entry{Kind: journal.Ready, Subject: id, Text: id + " answers", Where: e.At})
	case becameUnready:
		s.means.Registry.SetState(id, registry.Unready, err.Error())
		s.means.Journal.Record(journal.Entry{Kind: journal.Unready, Subject: id, Text: id + " does not answer", Why: err.Error(), Where: e.At})
	}
}

// entries are an external service's endpoints: ready, or starting until the first probe where there is one to tell. The URL of
// each has no final slash.
func entries(e *graph.External) []registry.Instance {
	base := registry.Instance{Service: e.Name, State: registry.Ready, External: true, Protocol: graph.HTTP1}
	if e.Health != "" {
		base.State, base.Reason = registry.Starting, "waits for GET "+e.Health
	}
	if e.URL == "" {
		var all []registry.Instance
		for n, address := range e.Endpoints {
			i := base
			i.ID, i.Number, i.Address, i.URL = ID(e.Name, n+1), n+1, address, "http://"+address
			all = append(all, i)
		}
		return all
	}
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil // spec refuses such a file
	}
	port := u.Port()
	if base.TLS = u.Scheme == "https"; base.TLS {
		base.ServerName = u.Hostname()
	}
	if port == "" {
		port = map[bool]string{true: "443", false: "80"}[base.TLS]
	}
	base.ID, base.Number, base.Address = ID(e.Name, 1), 1, net.JoinHostPort(u.Hostname(), port)
	base.URL = u.Scheme + "://" + u.Host
	if e.Replaced.Override.By == graph.ByURL {
		base.ID = OverrideID(e.Name)
	}
	return []registry.Instance{base}
}
