package via

import "github.com/banyan-run/banyan/internal/exchange"

// lines has an entry for each exchange.Proto: the version that the message was received with, and our pseudonym.
var lines = [...]string{exchange.HTTP11: "1.1 banyan", exchange.HTTP10: "1.0 banyan", exchange.HTTP2: "2 banyan"}

// Layer adds the line after those that are there.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Request.Add("Via", lines[x.Request.Proto])
			return next.Handle(x)
		})
	}
}
