package peer

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// Program says whose port it is, and what every other service is told.
type Program struct {
	Caller string
	// Refuse makes the refusal for the service that connected.
	Refuse func(service string) *problem.Cause
}

// Check is nil for the caller itself and for processes that no service owns: any other process of the user gets the edge's identity.
func (p *Program) Check(who exchange.Peer) error {
	if who.Service == "" || who.Service == p.Caller {
		return nil
	}
	return p.Refuse(who.Service)
}

// Layer refuses by Check; the edge is then that of the service which connected.
func Layer(p *Program) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if err := p.Check(x.Peer); err != nil {
				x.Edge.Caller = x.Peer.Service
				return err
			}
			return next.Handle(x)
		})
	}
}
