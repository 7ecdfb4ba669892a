package registry

import (
	"cmp"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
)

// State is where an instance stands, as far as requests are concerned.
type State string

// Only a ready instance gets new requests. A starting one is coming: calls wait for it. An unready one fails its health
// check or keeps ending. A draining one finishes what it has.
const (
	Starting State = "starting"
	Ready    State = "ready"
	Unready  State = "unready"
	Draining State = "draining"
)

// Instance is one running copy of a service, or one endpoint of an external one.
type Instance struct {
	// ID is service and number, `orders.2`.
	ID      string `json:"id"`
	Service string `json:"service"`
	Number  int    `json:"number"`
	// Address is host:port; for proxies and operators only.
	Address string `json:"address,omitempty"`
	// H2 says that it speaks HTTP/2 with prior knowledge; TLS and ServerName are an external https service's.
	H2         bool           `json:"h2,omitempty"`
	TLS        bool           `json:"tls,omitempty"`
	ServerName string         `json:"serverName,omitempty"`
	Protocol   graph.Protocol `json:"protocol,omitempty"`
	Release    string         `json:"release,omitempty"`
	State      State          `json:"state"`
	// Since is when it got into State. Put fills it when it is zero.
	Since time.Time `json:"since"`
	PID   int       `json:"pid,omitempty"`
	// Reason says why it is not ready.
	Reason   string `json:"reason,omitempty"`
	External bool   `json:"external,omitempty"`
	// Held says that a debugger may stop it at any time, for long: its silence means nothing.
	Held bool `json:"held,omitempty"`
	// URL is where an external service was declared to be.
	URL string `json:"url,omitempty"`
}

func (i Instance) endpoint() exchange.Endpoint {
	return exchange.Endpoint{Instance: i.ID, Address: i.Address, H2: i.H2, TLS: i.TLS, ServerName: i.ServerName}
}

func compare(a, b Instance) int {
	return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
}
