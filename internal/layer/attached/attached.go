package attached

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// Program says which requests go to the attached process.
type Program struct {
	// Header is the field that they carry, empty where all are meant; Value is its value, empty where any is.
	Header, Value string
	// Alone says that nobody else answers: requests wait for the process where it is not there.
	Alone bool
}

// Matches tells whether a request is meant for the process.
func (p *Program) Matches(h *exchange.Head) bool {
	for value := range h.Values(p.Header) {
		if p.Value == "" || string(value) == p.Value {
			return true
		}
	}
	return p.Header == ""
}

// Layer asks theirs where a request is meant for the process and there says that it is there. Where it turns out to be gone and
// the request may be sent again, it goes on as if it had not been meant: who closes an editor fails nobody's request.
func Layer(p *Program, theirs exchange.Handler, there func() bool) exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			switch {
			case !p.Matches(&x.Request):
				return next.Handle(x)
			case p.Alone:
				return theirs.Handle(x)
			case !there():
				return next.Handle(x)
			}
			err := theirs.Handle(x)
			if err == nil || !repeatable(x, err) || !x.Body.Rewind() {
				return err
			}
			x.Reply.Drop()
			return next.Handle(x)
		})
	}
}

// repeatable tells whether nothing of the request has reached the process, or whether it may be sent again all the same
// (RFC 9110 §9.2.2).
func repeatable(x *exchange.Exchange, err error) bool {
	switch problem.CauseOf(err).Code {
	case diag.ConnectFailed, diag.NoInstance:
		return true
	case diag.UpstreamReset:
		return proxy.Idempotent(x.Request.Method)
	}
	return false
}
