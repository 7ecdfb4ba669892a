package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Server turns connections into exchanges and has each answered by Handler. Its fields are set before Serve.
type Server struct {
	Handler exchange.Handler
	// Refuse makes the answer to a request for which Handler returned an error, or which broke the protocol. It sets
	// x.Reply; nil is Refuse of this package.
	Refuse func(x *exchange.Exchange, err error)
	// Done is called once for each exchange when its last byte has gone, or its client. What x holds is then used again:
	// strings that are to be kept (Path, Query, Authority) are cloned.
	Done func(x *exchange.Exchange)
	// Peer says who connected, once a connection; nil is the address alone.
	Peer func(net.Conn) exchange.Peer
	// TLS is how connections are secured; nil leaves them plain. It is shared by all listeners.
	TLS    *tls.Config
	Limits Limits
	// Framed serves what speaks HTTP/2; nil closes such connections.
	Framed Framed
	// Log is told what has no other reader, such as a panic; nil drops it.
	Log func(error)

	once     sync.Once
	limits   Limits
	memory   exchange.Budget
	draining atomic.Bool
	watcher  watcher
	all      sync.WaitGroup
	mu       struct {
		sync.Mutex
		listeners   map[net.Listener]struct{}
		connections map[*connection]struct{}
		// shut says that no connection is taken any more, not even one that was accepted just before.
		shut bool
	}
}

func (s *Server) prepare() {
	s.once.Do(func() {
		s.limits = s.Limits.orDefaults()
		s.memory.Grant(s.limits.Memory)
		s.watcher.timer = time.AfterFunc(unwatched, s.look)
		s.watcher.timer.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.mu.listeners, s.mu.connections = map[net.Listener]struct{}{}, map[*connection]struct{}{}
	})
}

// Serve accepts connections from l until Shutdown, or until ctx ends, which also ends every exchange; it closes l. It may run
// for several listeners at once.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	s.prepare()
	if !s.listen(l) {
		return l.Close()
	}
	defer func() { _ = s.unlisten(l) }()
	defer context.AfterFunc(ctx, func() { _ = s.unlisten(l); s.cut() })()
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		if err == nil {
			pause = 0
			s.start(ctx, conn)
			continue
		}
		if s.draining.Load() || ctx.Err() != nil {
			return nil
		}
		var passing net.Error
		if !errors.As(err, &passing) || errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("accepting on %s: %w", l.Addr(), err)
		}
		// Out of descriptors, most likely: they come back as connections end.
		pause = min(max(2*pause, 5*time.Millisecond), time.Second)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func (s *Server) start(ctx context.Context, conn net.Conn) {
	c := newConnection(ctx, s, s.secure(conn))
	if !s.add(c) {
		// A fresh connection has room for it; who does not read it sees the end all the same.
		_, _ = c.conn.transmit(overloaded)
		_ = conn.Close()
		return
	}
	go func() {
		defer s.remove(c)
		c.serve()
	}()
}

// Retire stops accepting, and has each open connection end with its next answer, which says `Connection: close`: a request that is
// on its way over an idle connection is answered, where Shutdown would close that under it. Shutdown ends what then stays idle.
func (s *Server) Retire() {
	s.prepare()
	for _, l := range s.retired() {
		_ = l.Close()
	}
}

func (s *Server) retired() []net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining.Store(true)
	return slices.Collect(maps.Keys(s.mu.listeners))
}

// Shutdown stops accepting and closes what waits; exchanges that are open finish, their answers say `Connection: close`, and
// HTTP/2 connections are told to go away. When ctx ends first, what is left is cut, and ctx's error returned.
func (s *Server) Shutdown(ctx context.Context) error {
	s.prepare()
	s.drain()
	ended := make(chan struct{})
	go func() { s.all.Wait(); close(ended) }()
	// Told again and again, for a connection may have become HTTP/2 just after it was told.
	const again = 100 * time.Millisecond
	tick := time.NewTicker(again)
	defer tick.Stop()
	for {
		if s.Framed != nil {
			s.Framed.Drain()
		}
		select {
		case <-ended:
			return nil
		case <-tick.C:
		case <-ctx.Done():
			s.cut()
			<-ended
			return fmt.Errorf("draining: %w", ctx.Err())
		}
	}
}

// drain closes the listeners and wakes the connections that wait for a request.
func (s *Server) drain() {
	listeners, connections := s.seal()
	for _, l := range listeners {
		_ = l.Close()
	}
	for _, c := range connections {
		if c.phase.CompareAndSwap(waiting, closing) {
			c.conn.wake()
		}
	}
}

// seal takes no more connections, and returns what is open.
func (s *Server) seal() ([]net.Listener, []*connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining.Store(true)
	s.mu.shut = true
	return slices.Collect(maps.Keys(s.mu.listeners)), slices.Collect(maps.Keys(s.mu.connections))
}

// cut ends every connection at once, and takes no more.
func (s *Server) cut() {
	_, connections := s.seal()
	for _, c := range connections {
		c.cancel(errServerStopped)
		_ = c.conn.Close()
	}
}

func (s *Server) listen(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.listeners[l] = struct{}{}
	return !s.draining.Load()
}

func (s *Server) unlisten(l net.Listener) error {
	defer s.forget(l)
	return l.Close()
}

func (s *Server) forget(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.listeners, l)
}

func (s *Server) add(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.shut || len(s.mu.connections) >= s.limits.Connections && !s.shed() {
		return false
	}
	s.mu.connections[c] = struct{}{}
	s.all.Add(1)
	return true
}

var overloaded = []byte("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

// shed ends a connection that does no work, if it finds one soon: the map's order is random. The lock is held.
func (s *Server) shed() bool {
	const tries = 256
	looked := 0
	var late *connection
	for c := range s.mu.connections {
		switch {
		case c.phase.CompareAndSwap(waiting, closing), c.phase.CompareAndSwap(resting, closing):
			c.conn.wake()
			return true
		case c.phase.Load() == arriving:
			late = c
		}
		if looked++; looked == tries {
			break
		}
	}
	if late != nil && late.phase.CompareAndSwap(arriving, closing) {
		late.conn.wake()
		return true
	}
	return false
}

func (s *Server) remove(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.connections, c)
	s.all.Done()
}

func (s *Server) log(err error) {
	if s.Log != nil {
		s.Log(err)
	}
}

// PeerOf is what the connection alone tells of who connected: the address. It is zero when that is no TCP address.
func PeerOf(conn net.Conn) exchange.Peer {
	if tcp, is := conn.RemoteAddr().(*net.TCPAddr); is {
		at := tcp.AddrPort()
		return exchange.Peer{Address: netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}
	}
	return exchange.Peer{}
}
