package declared

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// Layer refuses every exchange.
func Layer(refusal *problem.Cause) exchange.Layer {
	return func(exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(*exchange.Exchange) error { return refusal })
	}
}
