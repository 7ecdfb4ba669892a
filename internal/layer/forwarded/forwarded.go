package forwarded

import (
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
)

// Layer sets X-Forwarded-For, -Proto and -Host. No peer is trusted yet, so all that came under such names is replaced, and
// Forwarded (RFC 7239) and X-Real-IP, which say the same, are removed.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			h := &x.Request
			h.DelFunc(claims)
			if at := x.Peer.Address.Addr(); at.IsValid() {
				var buf [64]byte
				layer.Set(h, "X-Forwarded-For", at.WithZone("").AppendTo(buf[:0]))
			}
			h.Set("X-Forwarded-Proto", scheme(x))
			if h.Authority != "" { // HTTP/1.0 may have none
				h.Set("X-Forwarded-Host", h.Authority)
			}
			return next.Handle(x)
		})
	}
}

func claims(name []byte) bool {
	return layer.Begins(name, "x-forwarded-") || layer.Same(name, "forwarded") || layer.Same(name, "x-real-ip")
}

func scheme(x *exchange.Exchange) string {
	if x.Peer.TLS {
		return "https"
	}
	return "http"
}
