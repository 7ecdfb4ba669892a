package balance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// Stream carries the connections of a `tcp` edge to instances of its callee, without a look at their bytes. Its fields are set
// before Serve.
type Stream struct {
	Callee string
	From   Endpoints
	State  *State
	// Admit may refuse a connection, which is then closed; nil admits all. It also says who connected.
	Admit func(net.Conn) (exchange.Peer, error)
	// Dial opens a connection to an instance; nil is net.Dialer's.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Hold bounds the wait for an instance and for its connection; 0 is 30 s.
	Hold time.Duration
	// Done is called once for each connection that ended.
	Done func(StreamNote)

	draining atomic.Bool
	all      sync.WaitGroup
	mu       struct {
		sync.Mutex
		listeners map[net.Listener]struct{}
		open      map[net.Conn]struct{}
	}
}

// StreamNote is how a connection went.
type StreamNote struct {
	Peer       exchange.Peer
	Instance   string
	Start, End time.Time
	// BytesIn came from the client, BytesOut went to it.
	BytesIn, BytesOut int64
	// Cause is why the connection was refused.
	Cause error
}

// Serve carries connections from l until Shutdown, or until ctx ends, which cuts them; it closes l.
func (s *Stream) Serve(ctx context.Context, l net.Listener) error {
	if !s.listen(l) {
		return l.Close()
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close(); s.cut() })()
	for {
		conn, err := l.Accept()
		switch {
		case err == nil && s.add(conn):
			go func() { defer s.remove(conn); s.carry(ctx, conn) }()
		case err == nil:
			_ = conn.Close()
		case s.draining.Load() || ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accepting on %s: %w", l.Addr(), err)
		default:
			select {
			case <-time.After(50 * time.Millisecond): // out of descriptors, most likely
			case <-ctx.Done():
			}
		}
	}
}

// Shutdown stops accepting and waits for open connections; when ctx ends first they are cut.
func (s *Stream) Shutdown(ctx context.Context) error {
	s.drain()
	ended := make(chan struct{})
	go func() { s.all.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.cut()
		<-ended
		return fmt.Errorf("draining: %w", ctx.Err())
	}
}

// carry joins one connection with an instance's.
func (s *Stream) carry(ctx context.Context, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	note := StreamNote{Peer: proxy.PeerOf(conn), Start: time.Now()}
	if s.Admit != nil {
		note.Peer, note.Cause = s.Admit(conn)
	}
	if note.Cause == nil {
		s.join(ctx, conn, &note)
	}
	note.End = time.Now()
	if s.Done != nil {
		s.Done(note)
	}
}

func (s *Stream) join(ctx context.Context, conn net.Conn, note *StreamNote) {
	behind, chosen, err := s.connect(ctx, note)
	if err != nil {
		note.Cause = err
		return
	}
	defer func() { _ = chosen.release() }()
	defer func() { _ = behind.Close() }()
	defer context.AfterFunc(ctx, func() { _ = behind.Close() })()
	note.BytesIn, note.BytesOut = proxy.Join(conn, behind)
}

// connect chooses an instance as Layer does, and passes on to others when it does not accept.
func (s *Stream) connect(ctx context.Context, note *StreamNote) (net.Conn, *load, error) {
	b := &balancer{callee: s.Callee, from: s.From, state: s.State, mine: s.State.callee(s.Callee)}
	dial := s.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.Hold, holdTime))
	defer cancel()
	x := &exchange.Exchange{Ctx: ctx, Edge: exchange.Edge{Callee: s.Callee}}
	x.Deadline, _ = ctx.Deadline()
	const attempts = 3
	for {
		chosen, err := b.choose(x, x.Endpoint.Address)
		if err != nil {
			return nil, nil, err
		}
		note.Instance = x.Endpoint.Instance
		chosen.inFlight.Add(1)
		started := time.Now()
		behind, err := dial(ctx, "tcp", x.Endpoint.Address)
		if err == nil {
			chosen.observe(time.Since(started), time.Now())
			return behind, chosen, nil
		}
		_ = chosen.release()
		chosen.suspect.Store(time.Now().Add(suspicion).UnixNano())
		if x.Note.Tries >= attempts {
			return nil, nil, problem.New(diag.ConnectFailed, "%s does not accept connections", x.Endpoint.Instance).Because(err)
		}
	}
}

func (s *Stream) listen(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.listeners == nil {
		s.mu.listeners, s.mu.open = map[net.Listener]struct{}{}, map[net.Conn]struct{}{}
	}
	s.mu.listeners[l] = struct{}{}
	return !s.draining.Load()
}

func (s *Stream) add(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining.Load() {
		return false
	}
	s.mu.open[conn] = struct{}{}
	s.all.Add(1)
	return true
}

func (s *Stream) remove(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.open, conn)
	s.all.Done()
}

func (s *Stream) drain() {
	for _, l := range s.seal() {
		_ = l.Close()
	}
}

// seal takes no more connections.
func (s *Stream) seal() []net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining.Store(true)
	return slices.Collect(maps.Keys(s.mu.listeners))
}

func (s *Stream) cut() {
	s.seal()
	for _, conn := range s.connections() {
		_ = conn.Close()
	}
}

func (s *Stream) connections() []net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.mu.open))
}
