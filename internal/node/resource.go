package node

import (
	"fmt"
	"net"
	"strconv"
	"sync"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// places are the ports of resources: the same in each run where that is possible, and within a run always.
type places struct {
	ports *ports
	// resumed says that the run was there before this control process: who runs already knows the port that is kept.
	resumed bool
	mu      struct {
		sync.Mutex
		known map[string]int
	}
}

func openPlaces(p *ports, resumed bool) *places {
	all := &places{ports: p, resumed: resumed}
	all.mu.known = map[string]int{}
	return all
}

// Port implements supervise.Places.
func (p *places) Port(r *graph.Resource) int {
	port, err := p.place(r)
	if err != nil {
		return 0
	}
	return port
}

// Take implements supervise.Places.
func (p *places) Take(r *graph.Resource) (int, error) {
	port, err := p.place(r)
	if err != nil {
		return 0, fmt.Errorf("finding a port for %s: %w", r.Name, err)
	}
	if err := vacant(port); err != nil {
		d := diag.At(r.At, diag.PortTaken, "its port %d is taken%s", port, holder(port))
		return 0, d.WithHint("stop what listens there, or write another port for the resource")
	}
	return port, nil
}

func (p *places) place(r *graph.Resource) (int, error) {
	if r.Port > 0 {
		return r.Port, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if port := p.mu.known[r.Name]; port > 0 {
		return port, nil
	}
	key := supervise.ID(r.Name, 1)
	if port := p.ports.kept.Kept(key); p.resumed && port > 0 {
		p.mu.known[r.Name] = port
		return port, nil
	}
	port, err := p.ports.kept.Take(key, false)
	if err == nil {
		p.mu.known[r.Name] = port
	}
	return port, err
}

// vacant tells whether nobody listens on a port of loopback.
func vacant(port int) error {
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("looking at port %d: %w", port, err)
	}
	return l.Close()
}

// holder is who listens on a port, in words; empty when nobody can tell.
func holder(port int) string {
	pid, program, known := runner.PortOwner(port)
	if !known {
		return ""
	}
	return fmt.Sprintf(" by %s (process %d)", program, pid)
}

// connect fills in where a service finds what it calls and uses.
func connect(place *supervise.Place, e *edges, p *places) {
	place.Edges, place.Resources = map[string]string{}, map[string]int{}
	for _, c := range place.Service.Calls {
		if address, open := e.address(place.Service.Name, c.To); open {
			place.Edges[c.To] = address
		}
	}
	for _, u := range place.Service.Uses {
		if r, there := place.App.Resource(u.Resource); there && r.Runs() {
			place.Resources[r.Name] = p.Port(r)
		}
	}
}
