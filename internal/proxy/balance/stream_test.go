package balance_test

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// echo sends one connection's bytes back, then an exclamation mark, and is awaited.
func echo(t *testing.T) string {
	t.Helper()
	l, ended := listen(t), make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.Copy(conn, conn)
		_, _ = io.WriteString(conn, "!")
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	const within = 5 * time.Second
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

func TestStreamSplices(t *testing.T) {
	behind, closed := echo(t), listen(t)
	_ = closed.Close()
	k := &known{}
	k.Store(balance.Set{Coming: true})
	notes := make(chan balance.StreamNote, 10)
	s := &balance.Stream{Callee: "db", From: k, State: &balance.State{}, Done: func(n balance.StreamNote) { notes <- n }}
	l := listen(t)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(context.Background(), l) }()
	conn := dial(t, l.Addr().String())
	if _, err := io.WriteString(conn, "ping"); err != nil { // before there is an instance
		t.Fatal(err)
	}
	k.Store(balance.Set{Ready: []exchange.Endpoint{{Instance: "db.1", Address: closed.Addr().String()}, {Instance: "db.2", Address: behind}}})
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || string(got) != "ping!" {
		t.Fatalf("%q, %v", got, err)
	}
	if n := <-notes; n.Instance != "db.2" || n.BytesIn != 4 || n.BytesOut != 5 || n.Cause != nil {
		t.Fatalf("%+v", n)
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}
