package h2

import (
	"context"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

var (
	errEnded   = errors.New("the exchange ended")
	errTimeout = errors.New("the time for it is over")
	errStopped = errors.New("the connection ended")
	errStalled = errors.New("the peer took nothing for too long")
	errResting = errors.New("the body rested for too long")
)

// Server serves the HTTP/2 connections of a proxy.Server.
type Server struct {
	mu struct {
		sync.Mutex
		connections map[*connection]struct{}
	}
}

// NewServer returns a Server for one proxy.Server.
func NewServer() *Server {
	s := &Server{}
	s.mu.connections = map[*connection]struct{}{}
	return s
}

// Serve serves conn, on which the preface is still to be read, until it ends; each stream is carried through front. It closes conn.
func (s *Server) Serve(ctx context.Context, front *proxy.Server, conn net.Conn, peer exchange.Peer) {
	c := newConnection(ctx, front, conn, peer)
	s.add(c)
	defer s.remove(c)
	c.serve()
}

// Drain tells every connection to go away (RFC 9113 §6.8); each ends when its streams have. It may be called again: a connection that
// was told at the call before, and did not answer, takes no more streams from then on.
func (s *Server) Drain() {
	for _, c := range s.all() {
		go c.drain() // which writes, and one client that takes nothing must not hold up the others
	}
}

func (s *Server) add(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.connections[c] = struct{}{}
}

func (s *Server) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.connections, c)
}

func (s *Server) all() []*connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.mu.connections))
}
