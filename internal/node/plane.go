package node

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/layer/record"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/proxy/h2"
	"github.com/banyan-run/banyan/internal/registry"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/telemetry"
)

// plane is the data plane: the live version of the request path, the gateway's door, the ports of edges, and what is learnt
// of instances, which outlives versions.
type plane struct {
	now       atomic.Pointer[live]
	recorder  *telemetry.Recorder
	journal   journal.Recorder
	endpoints endpoints
	transport *proxy.Transport
	framed    *h2.Transport
	state     *balance.State
	peers     *runner.Peers
	door      *door
	// secure is the door for TLS, with the certificates that are shown there.
	secure       *door
	certificates certificates
	edges        *edges
	// legacy takes the records instead of recorder once another process has taken over.
	legacy atomic.Pointer[legacy]
	// listen is where the gateway of this copy listens when the file says where the application's does.
	listen func(declared string) string
	// longest is how long an exchange of the live version, or of the one before, may take.
	longest atomic.Int64
	held    held
}

func newPlane(ports *ports, group *lifecycle.Group, known *registry.Registry, s *sight, c certificates) *plane {
	p := &plane{
		recorder: s.recorder, journal: s.journal, endpoints: endpoints{known}, state: &balance.State{},
		framed: h2.NewTransport(proxy.TransportOptions{}), certificates: c,
		peers:  &runner.Peers{Services: func() map[int]string { return leaders(ports.link) }},
		listen: ports.gateway,
	}
	p.transport = proxy.NewTransport(proxy.TransportOptions{Framed: p.framed})
	p.door = &door{
		key: gatewayKey, noun: "the gateway", setting: "gateway.listen",
		link: ports, journal: s.journal, group: group, serve: p.gatewayServer, within: p.within,
	}
	p.secure = &door{
		key: secureKey, noun: "the gateway's HTTPS", setting: "gateway.https", ready: c.ready,
		link: ports, journal: s.journal, group: group, serve: p.secureServer, within: p.within,
	}
	p.edges = &edges{link: ports, group: group, server: p.edgeServer, stream: p.edgeStream, within: p.within}
	p.edges.mu.open = map[edgeName]*port{}
	group.OnStop("transport", func(context.Context) error { p.transport.Close(); p.framed.Close(); return nil })
	return p
}

// apply builds the next version of the request path and swaps to it. When anything cannot be built nothing changes.
func (p *plane) apply(next *program) error {
	means := meshMeans(p.endpoints, p.transport, p.state)
	means.Held = p.held.holds
	version, err := next.build(p.now.Load(), means)
	if err != nil {
		return err
	}
	answers, err := p.edges.prepare(next.mesh.Edges(), version.mesh)
	if err != nil {
		return err
	}
	p.longest.Store(int64(max(longest(p.now.Load()), longest(version))))
	p.now.Store(version)
	p.edges.swap(answers)
	p.door.open(p.listen(next.app.Edge.Listen), next.app.Edge.ListenAt)
	p.secure.open(p.listen(next.app.HTTPS()), next.app.Edge.HTTPSAt)
	return nil
}

func (p *plane) within() time.Duration { return time.Duration(p.longest.Load()) }

// longest is how long an exchange of a version may take; 0 where there is none.
func longest(l *live) time.Duration {
	var most time.Duration
	if l != nil {
		for _, name := range l.app.Callees() {
			most = max(most, supervise.Drain(l.app, name))
		}
	}
	return most
}

func (p *plane) gatewayServer() *proxy.Server {
	front := edge{&p.now}
	return &proxy.Server{Handler: front, Refuse: front.refuse, Done: p.done(graph.Gateway), Framed: h2.NewServer(), Log: p.log}
}

func (p *plane) edgeServer(handle exchange.Handler, refuse func(*exchange.Exchange, error)) *proxy.Server {
	return &proxy.Server{Handler: handle, Refuse: refuse, Done: p.done(""), Peer: p.peer, Framed: h2.NewServer(), Log: p.log}
}

// done records an exchange. What was refused before it had an edge is the listener's own.
func (p *plane) done(caller string) func(*exchange.Exchange) {
	return func(x *exchange.Exchange) {
		seen := record.Of(x)
		if seen.Caller == "" {
			seen.Caller = caller
		}
		p.record(seen)
	}
}

// peer looks up once a connection which service opened it.
func (p *plane) peer(conn net.Conn) exchange.Peer {
	var peer exchange.Peer
	if at, is := conn.RemoteAddr().(*net.TCPAddr); is {
		a := at.AddrPort()
		peer.Address = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	peer.Service, peer.Verified = p.peers.Service(conn)
	return peer
}

func (p *plane) edgeStream(callee string, admit func(exchange.Peer) error, caller string) *balance.Stream {
	return &balance.Stream{
		Callee: callee, From: attachedFirst{p}, State: p.state,
		Admit: func(conn net.Conn) (exchange.Peer, error) {
			who := p.peer(conn)
			return who, admit(who)
		},
		Done: func(n balance.StreamNote) { p.record(streamed(caller, callee, n)) },
	}
}

// streamed is a connection of a tcp edge as an exchange: its bytes, its time, and why it was refused.
func streamed(caller, callee string, n balance.StreamNote) signal.Exchange {
	x := signal.Exchange{
		Caller: caller, Callee: callee, Instance: n.Instance, Method: "CONNECT", Protocol: "tcp", GRPCStatus: -1, Status: 200,
		Start: n.Start, BytesIn: n.BytesIn, BytesOut: n.BytesOut, Tries: 1, Verified: n.Peer.Verified,
	}
	x.Times.Total = n.End.Sub(n.Start)
	if n.Cause != nil {
		c := problem.CauseOf(n.Cause)
		x.Status, x.Code, x.Reason, x.Tries = problem.StatusOf(c), string(c.Code), c.Detail, 0
	}
	return x
}

func (p *plane) log(err error) {
	p.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "proxy", Text: "the proxy met what it did not expect", Why: err.Error()})
}
