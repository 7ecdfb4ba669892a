package origin

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// Check refuses a request that a page of another site than this machine's makes. Opening a link is no such request: the page does
// not get to see what comes, and the method is safe. Whoever is no browser sends neither field.
func Check(h *exchange.Head) *problem.Cause {
	if from := string(h.Get("Origin")); from != "" {
		if ours(from) {
			return nil
		}
		return refusal(from)
	}
	// Fetch Metadata §2: from no-cors requests, such as those of images and forms, Origin may be missing.
	if string(h.Get("Sec-Fetch-Site")) != "cross-site" || opens(h) {
		return nil
	}
	return refusal("another site")
}

func refusal(from string) *problem.Cause {
	return problem.New(diag.ForeignOrigin, "A page of %s may not use the name of a service; a route of the gateway may let it.", from)
}

// opens tells whether a person follows a link.
func opens(h *exchange.Head) bool {
	return (h.Method == "GET" || h.Method == "HEAD") && string(h.Get("Sec-Fetch-Mode")) == "navigate" && string(h.Get("Sec-Fetch-Dest")) == "document"
}

// ours tells whether an origin is of this machine: localhost, a name below it, or a loopback address, at any port.
func ours(from string) bool {
	u, err := url.Parse(from)
	if err != nil || u.Host == "" {
		return false // `null`, which a frame without an origin sends
	}
	name := strings.ToLower(u.Hostname())
	at, err := netip.ParseAddr(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || err == nil && at.IsLoopback()
}

// Layer refuses by Check.
func Layer() exchange.Layer {
	return func(next exchange.Handler) exchange.Handler {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if refused := Check(&x.Request); refused != nil {
				return refused
			}
			return next.Handle(x)
		})
	}
}
