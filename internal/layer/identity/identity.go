package identity

import "github.com/banyan-run/banyan/internal/exchange"

// Field names the caller to the callee.
const Field = "X-Banyan-Caller"

// Layer sets the field.
func Layer(caller string) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Request.Set(Field, caller)
			return next.Handle(x)
		})
	}
}
