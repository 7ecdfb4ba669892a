package supervise

import (
	"cmp"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

// Ending says how an instance is to be stopped.
type Ending struct {
	Why string
	// Drain bounds the wait for its open exchanges, streams included; Grace lies between SIGTERM and SIGKILL. Zero is the
	// default: what Drain gives the service, and the service's grace.
	Drain, Grace time.Duration
}

// sooner is e with the drain of another ending, where that one is shorter: once all is to end, nobody waits for long.
func (e Ending) sooner(other Ending) Ending {
	if other.Drain > 0 && (e.Drain == 0 || other.Drain < e.Drain) {
		e.Drain = other.Drain
	}
	return e
}

// leastDrain is how long streams, which have no timeout, may go on at least.
const leastDrain = 30 * time.Second

// Drain is how long an instance of a service may have to answer what it was sent: the longest timeout of the routes and calls
// that lead to it, and at least 30 s.
func Drain(app *graph.App, service string) time.Duration {
	longest := leastDrain
	for _, r := range app.Edge.Routes {
		if r.LeadsTo(service) {
			longest = max(longest, cmp.Or(r.Timeout, app.Edge.Timeout, graph.DefaultRouteTimeout))
		}
	}
	for _, s := range app.Services {
		if c, declared := s.Call(service); declared {
			longest = max(longest, cmp.Or(c.Timeout, graph.DefaultCallTimeout))
		}
	}
	return longest
}
