package gateway_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layer/record"
	"github.com/banyan-run/banyan/internal/mesh"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
	"github.com/banyan-run/banyan/internal/proxy/h2"
	"github.com/banyan-run/banyan/internal/signal"
)

// within bounds what a test waits for.
const within = 5 * time.Second

// stage is an application whose instances are listeners of the test.
type stage struct {
	t         *testing.T
	mesh      *mesh.Mesh
	gateway   *gateway.Gateway
	transport *proxy.Transport
	instances map[string][]*instance
	records   chan signal.Exchange
}

// set puts the application on stage. Instances that are given take the place of scripted ones.
func set(t *testing.T, a *app, given map[string]exchange.Endpoint) *stage {
	t.Helper()
	s := &stage{t: t, instances: map[string][]*instance{}, records: make(chan signal.Exchange, 100)}
	for name, behaviours := range a.behaviours {
		if e, has := given[name]; has {
			e.Instance = name + ".1"
			s.instances[name] = []*instance{{endpoint: e}}
			continue
		}
		if len(behaviours) == 0 {
			behaviours = []string{"ok"}
		}
		for n, b := range behaviours {
			s.instances[name] = append(s.instances[name], begin(t, name+"."+strconv.Itoa(n+1), b))
		}
	}
	framed := h2.NewTransport(proxy.TransportOptions{Dial: s.dial})
	s.transport = proxy.NewTransport(proxy.TransportOptions{Dial: s.dial, Framed: framed})
	t.Cleanup(func() { s.transport.Close(); framed.Close() })
	s.build(a)
	return s
}

func (s *stage) build(a *app) {
	s.t.Helper()
	meshed, found := mesh.Compile(&a.App)
	if found.Failed() {
		s.t.Fatal(found)
	}
	edge, found := gateway.Compile(&a.App)
	if found.Failed() {
		s.t.Fatal(found)
	}
	var err error
	if s.mesh, err = meshed.Build(mesh.Means{Endpoints: s, Transport: s.transport}, s.mesh); err != nil {
		s.t.Fatal(err)
	}
	outbound := func(callee string) (exchange.Handler, error) { return s.mesh.Outbound(graph.Gateway, callee) }
	if s.gateway, err = edge.Build(gateway.Means{Outbound: outbound, Seed: func() uint64 { return a.seed }}, s.gateway); err != nil {
		s.t.Fatal(err)
	}
}

// Endpoints is what the registry would say.
func (s *stage) Endpoints(callee string) balance.Set {
	var all balance.Set
	for _, i := range s.instances[callee] {
		switch i.state() {
		case "starting", "late":
			all.Coming, all.Changed = true, i.changed
		case "":
			all.Ready = append(all.Ready, i.endpoint)
		}
	}
	return all
}

var errRefused = errors.New("connection refused")

func (s *stage) dial(ctx context.Context, network, address string) (net.Conn, error) {
	for _, all := range s.instances {
		for _, i := range all {
			if i.endpoint.Address == address && i.take("refuse") {
				return nil, errRefused
			}
		}
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// serve answers on a free port with h, and records.
func (s *stage) serve(h exchange.Handler, refuse func(*exchange.Exchange, error), peer string) string {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	server := &proxy.Server{
		Handler: h, Refuse: refuse, Framed: h2.NewServer(), Log: func(err error) { s.t.Log(err) },
		Done: func(x *exchange.Exchange) { s.records <- record.Of(x) },
		Peer: func(conn net.Conn) exchange.Peer {
			at, _ := conn.RemoteAddr().(*net.TCPAddr)
			return exchange.Peer{Address: at.AddrPort(), Service: peer, Verified: peer != ""}
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, l) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("serving: %v", err)
		}
		if err := server.Shutdown(context.Background()); err != nil {
			s.t.Errorf("shutting down: %v", err)
		}
	})
	return l.Addr().String()
}

func (s *stage) record() signal.Exchange {
	s.t.Helper()
	select {
	case r := <-s.records:
		return r
	case <-time.After(within):
		s.t.Fatal("nothing was recorded")
		return signal.Exchange{}
	}
}

// instance is a listener that records what it is sent and behaves as its script says.
type instance struct {
	endpoint exchange.Endpoint
	changed  chan struct{}
	mu       struct {
		sync.Mutex
		script []string
		seen   strings.Builder
	}
}

func begin(t *testing.T, name, script string) *instance {
	t.Helper()
	i := &instance{changed: make(chan struct{})}
	i.mu.script = strings.Split(script, ",")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	i.endpoint = exchange.Endpoint{Instance: name, Address: l.Addr().String()}
	var all sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
				defer func() { _ = conn.Close() }()
				i.answer(ctx, conn)
			})
		}
	})
	t.Cleanup(func() { cancel(); _ = l.Close(); all.Wait() })
	return i
}

func (i *instance) answer(ctx context.Context, conn net.Conn) {
	in := bufio.NewReader(io.TeeReader(conn, i))
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		status := 200
		switch does := i.next(); does {
		case "ok":
		case "silent":
			<-ctx.Done()
			return
		default:
			status, _ = strconv.Atoi(does)
		}
		reply := "HTTP/1.1 " + strconv.Itoa(status) + " Answer\r\nContent-Length: 2\r\n\r\n"
		if r.Method != http.MethodHead {
			reply += "ok"
		}
		if _, err := io.WriteString(conn, reply); err != nil {
			return
		}
	}
}

func (i *instance) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.mu.seen.Write(p)
}

func (i *instance) seen() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.mu.seen.String()
}

// next is what is done with this request; the last word of the script stays.
func (i *instance) next() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	word := i.mu.script[0]
	if len(i.mu.script) > 1 {
		i.mu.script = i.mu.script[1:]
	}
	return word
}

// take uses a word up when it is the next.
func (i *instance) take(word string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.mu.script) == 0 || i.mu.script[0] != word {
		return false
	}
	if len(i.mu.script) > 1 {
		i.mu.script = i.mu.script[1:]
	}
	return true
}

// state is the word before what an instance does, if it is not ready; one that starts is ready once somebody has asked.
func (i *instance) state() string {
	switch {
	case i.take("starting"):
		close(i.changed)
		return "starting"
	case i.is("late"):
		return "late"
	case i.is("absent"):
		return "absent"
	}
	return ""
}

func (i *instance) is(word string) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.mu.script) > 0 && i.mu.script[0] == word
}
