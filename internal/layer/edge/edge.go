package edge

import "github.com/banyan-run/banyan/internal/exchange"

// Layer sets the edge.
func Layer(e exchange.Edge) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Edge = e
			return next.Handle(x)
		})
	}
}
