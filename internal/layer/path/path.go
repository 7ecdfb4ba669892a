package path

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// Layer normalises the path, or refuses it with BadPath.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			normal, err := proxy.NormalizePath(x.Request.Path)
			if err != nil {
				return Refuse(err)
			}
			x.Request.Path = normal
			return next.Handle(x)
		})
	}
}

// Refuse is the cause of a path that proxy.NormalizePath does not take.
func Refuse(err error) *problem.Cause { return problem.New(diag.BadPath, "%v", err) }
