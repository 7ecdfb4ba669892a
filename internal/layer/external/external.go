package external

import "github.com/banyan-run/banyan/internal/exchange"

// Program is how one external service is asked.
type Program struct {
	// Authority is the URL's host, with its port when it has one.
	Authority string
	// Base is the URL's path without a final slash, in normal form.
	Base string
}

// Layer changes the request for the callee and puts it back.
func Layer(p *Program) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			authority, path := x.Request.Authority, x.Request.Path
			defer func() { x.Request.Authority, x.Request.Path = authority, path }()
			x.Request.Authority = p.Authority
			if p.Base != "" {
				x.Request.Path = p.Base + path
			}
			return next.Handle(x)
		})
	}
}
