package deadline

import (
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Layer bounds the exchange to timeout after its head had arrived.
func Layer(timeout time.Duration) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			from := x.Now
			if from.IsZero() {
				from = time.Now() // an exchange of our own making, which came over no connection
			}
			if until := from.Add(timeout); x.Deadline.IsZero() || until.Before(x.Deadline) {
				x.Deadline = until
			}
			return next.Handle(x)
		})
	}
}
