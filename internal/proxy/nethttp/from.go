package nethttp

import (
	"net/http"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// FromHandler answers requests of net/http by h. Upgrades need a ResponseWriter that can be hijacked.
func FromHandler(h exchange.Handler) http.Handler { return &proxy.Server{Handler: h} }
