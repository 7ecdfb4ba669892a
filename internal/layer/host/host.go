package host

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
)

// Program says where the port leads, and what is told to a request that names another service. Any other Host passes:
// 127.0.0.1:port, localhost, the callee's name, a name that clients made up.
type Program struct {
	Callee string
	// Names are those of all services, one map for all ports.
	Names map[string]struct{}
	// Refuse makes the refusal for the name in Host.
	Refuse func(name string) *problem.Cause
}

// Check is the refusal for an authority, or nil.
func (p *Program) Check(authority string) *problem.Cause {
	const longest = 253 // of a host name (RFC 1035 §2.3.4); services' are shorter
	if len(authority) > longest {
		return nil
	}
	var buf [longest]byte
	name := layer.AppendHost(buf[:0], authority)
	if _, service := p.Names[string(name)]; !service || string(name) == p.Callee {
		return nil
	}
	return p.Refuse(string(name))
}

// Layer refuses by Check.
func Layer(p *Program) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if refusal := p.Check(x.Request.Authority); refusal != nil {
				return refusal
			}
			return next.Handle(x)
		})
	}
}
