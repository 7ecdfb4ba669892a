package tracing

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/trace"
)

const (
	parent = "traceparent"
	state  = "tracestate"
)

// Layer continues the caller's trace as a child, or starts one, and hands the hop's context to the callee. An exchange that has a
// context already keeps it: its maker, or the gateway's layer before the mesh's, chose it.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if x.Trace.Trace.IsZero() {
				x.Trace = received(&x.Request)
			}
			var buf [64]byte
			layer.Set(&x.Request, parent, x.Trace.Append(buf[:0]))
			return next.Handle(x)
		})
	}
}

// received reads the caller's context. A field that is malformed or there twice counts as none, and then tracestate, which belongs
// to it, is not passed on either (W3C Trace Context §3.2, §4.3). The sampled flag is the caller's.
func received(h *exchange.Head) trace.Context {
	var c trace.Context
	lines, err := 0, trace.ErrMalformed
	for value := range h.Values(parent) {
		lines++
		c, err = trace.Parse(value)
	}
	if lines != 1 || err != nil {
		h.Del(state)
		return trace.New()
	}
	return c.Child()
}
