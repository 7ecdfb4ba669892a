package balance

import "github.com/banyan-run/banyan/internal/exchange"

// Endpoints says where the instances of a callee are. It is read anew for each try and must not block.
type Endpoints interface{ Endpoints(callee string) Set }

// Set is what is known of a callee's instances at an instant. It is immutable.
type Set struct {
	Ready []exchange.Endpoint
	// Coming says that an instance is starting: a call is held for it.
	Coming bool
	// Absent says why none does, to those who may know; empty when that is not known.
	Absent string
	// Changed is closed when the set is no longer the newest; nil when it never changes.
	Changed <-chan struct{}
}
