package split

import "github.com/banyan-run/banyan/internal/exchange"

// Program is the targets of one route.
type Program struct {
	Targets []Target
	// Seed gives a random number a request.
	Seed func() uint64
}

// Target is a share of the requests; Weight is positive.
type Target struct {
	Route  *exchange.Route
	Weight int
}

// choose takes the target into whose share n, of the sum of all weights, falls.
func (p *Program) choose(n uint64) *exchange.Route {
	for _, t := range p.Targets {
		if n < uint64(t.Weight) {
			return t.Route
		}
		n -= uint64(t.Weight)
	}
	return p.Targets[len(p.Targets)-1].Route
}

// Layer makes the chosen target the exchange's route.
func Layer(p *Program) exchange.Layer {
	total := uint64(0)
	for _, t := range p.Targets {
		total += uint64(t.Weight)
	}
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Route = p.choose(p.Seed() % total)
			return next.Handle(x)
		})
	}
}
