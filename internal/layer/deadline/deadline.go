package deadline

import (
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Patience is the bound instead of a timeout while a debugger holds who is asked: longer than anybody sits at a breakpoint.
const Patience = 24 * time.Hour

// Layer bounds the exchange to timeout after its head had arrived. While held says so it is Patience; nil is never.
func Layer(timeout time.Duration, held func() bool) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			from := x.Now
			if from.IsZero() {
				from = time.Now() // an exchange of our own making, which came over no connection
			}
			bound := timeout
			if held != nil && held() {
				bound = Patience
			}
			if until := from.Add(bound); x.Deadline.IsZero() || until.Before(x.Deadline) {
				x.Deadline = until
			}
			return next.Handle(x)
		})
	}
}
