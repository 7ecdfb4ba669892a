package node

import (
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/h2"
)

// certificates are the user's: the authority is made when the first application asks for HTTPS.
type certificates struct {
	issuer *identity.Issuer
	// homeless is why nobody knows where the authority lies.
	homeless error
}

func newCertificates(environ []string) certificates {
	folder, err := identity.Folder(environ)
	return certificates{identity.NewIssuer(folder, time.Now), err}
}

func (c certificates) ready() error {
	if c.homeless != nil {
		return c.homeless
	}
	return c.issuer.Ready()
}

// secureServer is the gateway under TLS: the peer is looked up too, for names of services are no way from one to another.
func (p *plane) secureServer() *proxy.Server {
	front := edge{&p.now}
	known := func(name string) bool { return p.now.Load().gateway.Knows(name) }
	return &proxy.Server{
		Handler: exchange.HandlerFunc(front.handleSecure), Refuse: front.refuse, Done: p.done(graph.Gateway), Peer: p.visitor, Log: p.log,
		Framed: h2.NewServer(), TLS: p.certificates.issuer.TLS(known),
	}
}

// visitor says who connected under TLS. Processes are looked through, which costs more than the handshake, only for who asks for the name
// of a service: the gateway is for everybody.
func (p *plane) visitor(conn net.Conn) exchange.Peer {
	under, is := conn.(interface{ ConnectionState() tls.ConnectionState })
	if is && p.now.Load().gateway.Straight(strings.ToLower(strings.TrimSuffix(under.ConnectionState().ServerName, "."))) {
		return p.peer(conn)
	}
	return proxy.PeerOf(conn)
}

func (e edge) handleSecure(x *exchange.Exchange) error { return e.now.Load().gateway.HandleSecure(x) }

// secureURL is the address of a host under TLS; empty where nothing listens.
func (p *plane) secureURL(app *graph.App, host string) string {
	address := app.HTTPS()
	if p.listen(address) != address {
		address = p.secure.listening.Load()
	}
	_, port, err := net.SplitHostPort(address)
	switch {
	case err != nil || host == "" || p.secure.problem.Load() != nil:
		return ""
	case port == "443":
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, port)
}

// ofAuthority is why there are no certificates, when it is that.
func ofAuthority(err error) (*api.Problem, bool) {
	var d diag.Diagnostic
	if !errors.As(err, &d) {
		return nil, false
	}
	return &api.Problem{Code: string(d.Code), Text: d.Message, Likely: d.Hint}, true
}
