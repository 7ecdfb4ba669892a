package h2_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/h2"
)

// within bounds what a test waits for.
const within = 5 * time.Second

// served is a Server on a free port, and the exchanges that it recorded.
type served struct {
	*proxy.Server
	address string
	notes   chan record
}

// record is what Done saw, cloned.
type record struct {
	status int
	note   exchange.Note
	path   string
	// grpc is the answer's grpc-status.
	grpc string
}

func serve(t *testing.T, h exchange.Handler, set ...func(*proxy.Server)) *served {
	t.Helper()
	s := &served{Server: &proxy.Server{Handler: h, Framed: h2.NewServer()}, notes: make(chan record, 1000)}
	s.Done = func(x *exchange.Exchange) {
		s.notes <- record{x.Reply.Head.Status, x.Note, string([]byte(x.Request.Path)), string(x.Reply.Head.Get("Grpc-Status"))}
	}
	s.Log = func(err error) { t.Log(err) }
	for _, f := range set {
		f(s.Server)
	}
	l := listen(t)
	s.address = l.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serving: %v", err)
		}
		// What was cut has ended when Shutdown returns.
		if err := s.Shutdown(context.Background()); err != nil {
			t.Errorf("shutting down: %v", err)
		}
	})
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *served) record(t *testing.T) record {
	t.Helper()
	select {
	case r := <-s.notes:
		return r
	case <-time.After(within):
		t.Fatal("no exchange was recorded")
		return record{}
	}
}

// to sends every exchange to one address.
func to(t *testing.T, address string, framed bool) exchange.Handler {
	t.Helper()
	over := h2.NewTransport(proxy.TransportOptions{})
	transport := proxy.NewTransport(proxy.TransportOptions{Framed: over})
	t.Cleanup(func() { transport.Close(); over.Close() })
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Instance: "origin.1", Address: address, H2: framed}
		return transport.Handle(x)
	})
}

// origin is net/http's server: a peer that nobody of this house wrote.
func origin(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func rawConn(t *testing.T, f func(conn net.Conn)) string {
	t.Helper()
	l := listen(t)
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
				f(conn)
			})
		}
	})
	t.Cleanup(func() { cancel(); _ = l.Close(); all.Wait() })
	return l.Addr().String()
}

func dial(t *testing.T, address string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn), bufio.NewReader(conn)
}

func send(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
}

// answer reads one answer to a GET.
func answer(t *testing.T, in *bufio.Reader) (*http.Response, string) {
	t.Helper()
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatalf("reading the answer's body: %v", err)
	}
	return r, string(body)
}

func plain(text string) exchange.Handler {
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Answer(200, "text/plain", []byte(text))
		return nil
	})
}

// overWith sends every exchange to one address over HTTP/2.
func overWith(t *testing.T, address string, o proxy.TransportOptions) exchange.Handler {
	t.Helper()
	over := h2.NewTransport(o)
	t.Cleanup(over.Close)
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Instance: "origin.1", Address: address, H2: true}
		return over.Handle(x)
	})
}
