package supervise

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/registry"
)

// guests are the processes that somebody else runs in the place of services, and the mocks.
type guests struct {
	mu struct {
		sync.Mutex
		listed map[string]*guest
	}
}

// guest is one of them: what was asked for, its entry, and what ends its probes.
type guest struct {
	asked  asked
	entry  registry.Instance
	cancel context.CancelFunc
	// ended is closed when nobody probes it any more.
	ended chan struct{}
}

// asked is what makes a guest another one when it changes.
type asked struct {
	service  string
	to       graph.Attached
	alone    bool
	health   graph.Health
	protocol graph.Protocol
}

// The names of guests, where instances have a number.
const (
	attachedSuffix = ".attached"
	mockSuffix     = ".mock"
	overrideSuffix = ".override"
)

// AttachedID is the name of the process that is attached to a service.
func AttachedID(service string) string { return service + attachedSuffix }

// MockID is the name of the mock that answers for a service.
func MockID(service string) string { return service + mockSuffix }

// OverrideID is the name of what answers under another URL for a service.
func OverrideID(service string) string { return service + overrideSuffix }

// Outside lists all that answers and is not run here: external services, what stands in a service's place, and attached processes.
// What did not change keeps its state.
func (s *Supervisor) Outside(app *graph.App) {
	s.Externals(elsewhere(app))
	wanted := map[string]*guest{}
	for _, service := range app.Services {
		health := service.Health
		health.At = diag.Position{}
		invite(wanted, asked{service: service.Name, health: health, protocol: service.Protocol}, service.Replaced)
	}
	for _, e := range app.External {
		invite(wanted, asked{service: e.Name, health: healthOf(e), protocol: graph.Auto}, e.Replaced)
	}
	s.receive(wanted)
}

// healthOf is how a process is probed that stands in an external service's place.
func healthOf(e *graph.External) graph.Health {
	kind := graph.ByPort
	if e.Health != "" {
		kind = graph.ByHTTP
	}
	return graph.Health{Kind: kind, Path: e.Health, Timeout: graph.DefaultHealthTimeout, Threshold: graph.DefaultHealthThreshold}
}

// elsewhere are the external services, and the services that are overridden by a URL as if they were some.
func elsewhere(app *graph.App) []*graph.External {
	var all []*graph.External
	for _, e := range app.External {
		switch e.Replaced.Override.By {
		case "":
			all = append(all, e)
		case graph.ByURL:
			all = append(all, &graph.External{Name: e.Name, At: e.At, URL: e.Replaced.Override.URL, Replaced: e.Replaced})
		}
	}
	for _, s := range app.Services {
		if s.Replaced.Override.By == graph.ByURL {
			all = append(all, &graph.External{Name: s.Name, At: s.At, URL: s.Replaced.Override.URL, Replaced: s.Replaced})
		}
	}
	return all
}

func invite(wanted map[string]*guest, a asked, by graph.Replaced) {
	if by.Override.By == graph.ByMock {
		wanted[MockID(a.service)] = &guest{asked: asked{service: a.service}, entry: registry.Instance{
			ID: MockID(a.service), Service: a.service, State: registry.Ready, External: true,
		}}
	}
	if by.Attached.Port == 0 {
		return
	}
	a.to, a.alone = by.Attached, by.Override.By == graph.ByProcess
	wanted[AttachedID(a.service)] = &guest{asked: a, entry: registry.Instance{
		ID: AttachedID(a.service), Service: graph.AttachedTo(a.service), State: registry.Starting, External: true,
		Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(by.Attached.Port)), Reason: "waits for " + Awaited(a.health) + " at " + port(by.Attached),
	}}
}

func port(a graph.Attached) string { return "port " + strconv.Itoa(a.Port) }

// receive lists these guests and no others.
func (s *Supervisor) receive(wanted map[string]*guest) {
	var gone, added []*guest
	s.visitors.mu.Lock()
	for id, g := range s.visitors.mu.listed {
		if w := wanted[id]; w != nil && w.asked == g.asked {
			wanted[id] = g
			continue
		}
		gone = append(gone, g)
	}
	for id, g := range wanted {
		if s.visitors.mu.listed[id] != g {
			added = append(added, g)
		}
	}
	s.visitors.mu.listed = wanted
	s.visitors.mu.Unlock()
	for _, g := range gone {
		s.dismiss(g)
	}
	for _, g := range added {
		s.welcome(g)
	}
}

func (s *Supervisor) dismiss(g *guest) {
	if g.cancel != nil {
		g.cancel()
		<-g.ended // a probe that is under way must not list it again
		s.means.Registry.Expect(g.entry.Service, 0, "")
	}
	s.means.Registry.Remove(g.entry.ID)
}

func (s *Supervisor) welcome(g *guest) {
	s.means.Registry.Put(g.entry)
	if g.asked.to.Port > 0 {
		s.means.Registry.Expect(g.entry.Service, 0, g.missed())
		s.attend(g)
	}
}

// missed is what callers are told that waited for the process in vain.
func (g *guest) missed() string {
	return fmt.Sprintf("%s is attached to %s, where nobody answers; start it there, or give it back with banyan detach %[1]s", g.asked.service, port(g.asked.to))
}

func (s *Supervisor) attend(g *guest) {
	listed, cancel := context.WithCancel(context.Background())
	g.cancel, g.ended = cancel, make(chan struct{})
	probed := s.group.Go(g.entry.ID, func(ctx context.Context) error {
		defer close(g.ended)
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		defer context.AfterFunc(listed, stop)()
		s.watch(ctx, g)
		return nil
	})
	if !probed { // everything is being stopped
		close(g.ended)
	}
}

const (
	// sought and seen are how often a process is probed that is not there, and that is.
	sought = 250 * time.Millisecond
	seen   = 500 * time.Millisecond
)

// watch probes an attached process until it is no longer listed.
func (s *Supervisor) watch(ctx context.Context, g *guest) {
	p := presence{threshold: g.asked.health.Threshold}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		v := s.look(ctx, g, p.here)
		if ctx.Err() != nil {
			return
		}
		change := p.note(v.err)
		s.noticed(g, v, change, p.here)
		timer.Reset(map[bool]time.Duration{true: seen, false: sought}[p.here])
	}
}

// look probes as the service's own instances are probed.
func (s *Supervisor) look(ctx context.Context, g *guest, here bool) verdict {
	bounded, cancel := context.WithTimeout(ctx, g.asked.health.Timeout)
	defer cancel()
	if err := s.means.Prober.Probe(bounded, g.entry.Address, g.asked.health); err != nil || here {
		return verdict{err: err}
	}
	h2, err := s.means.Prober.Speaks(bounded, g.entry.Address, g.asked.protocol)
	return verdict{err, h2}
}

// presence turns the verdicts of probes into whether a process is there. It has no clock and no I/O.
type presence struct {
	threshold, failures int
	here                bool
}

// note: a port that is closed is the end of the process at once. One that keeps silent is a process that somebody has stopped at a
// breakpoint: it is there. One that answers otherwise is sick once it has done so threshold times.
func (p *presence) note(err error) change {
	switch {
	case err == nil:
		p.failures = 0
		if p.here {
			return nothing
		}
		p.here = true
		return becameReady
	case !p.here:
		return nothing
	case errors.Is(err, syscall.ECONNREFUSED):
		p.failures = p.threshold
	case errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err):
	default:
		p.failures++
	}
	if p.failures < max(1, p.threshold) {
		return nothing
	}
	p.failures, p.here = 0, false
	return becameUnready
}

// noticed draws the conclusion of a probe. Where nobody else answers calls are held for the process; else they go to whoever does.
func (s *Supervisor) noticed(g *guest, v verdict, c change, here bool) {
	entry, at, err := g.entry, port(g.asked.to), v.err
	switch c {
	case becameReady:
		entry.State, entry.H2, entry.Reason = registry.Ready, v.h2, ""
		s.means.Registry.Put(entry)
		s.tellGuest(journal.Ready, g, entry.ID+" answers at "+at+" and gets "+which(g.asked.to), "its health check passed")
	case becameUnready:
		text := "requests go to who answered before, until it is back"
		if g.asked.alone {
			text = "requests wait until it is back"
		}
		s.means.Registry.SetState(entry.ID, registry.Starting, err.Error())
		s.tellGuest(journal.Unready, g, entry.ID+" does not answer at "+at+": "+text, err.Error())
	default:
		if err != nil && !here {
			s.means.Registry.SetState(entry.ID, registry.Starting, err.Error())
		}
	}
}

func which(a graph.Attached) string {
	switch {
	case a.Header == "":
		return "every request"
	case a.Value == "":
		return "requests with " + a.Header
	}
	return "requests with " + a.Header + ": " + a.Value
}

func (s *Supervisor) tellGuest(kind journal.Kind, g *guest, text, why string) {
	s.means.Journal.Record(journal.Entry{Kind: kind, Subject: g.entry.ID, Text: text, Why: why})
}
