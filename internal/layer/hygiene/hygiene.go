package hygiene

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
)

// Layer removes every X-Banyan-* field, underscore spellings too, and has those removed that come as trailers.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Request.DelFunc(ours)
			x.Body.Unwanted = ours
			return next.Handle(x)
		})
	}
}

func ours(name []byte) bool { return layer.Begins(name, "x-banyan-") }
