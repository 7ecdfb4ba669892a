package proxy

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// paired is a connection whose other end f has.
func paired(t *testing.T, f func(net.Conn)) net.Conn {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if conn, err := l.Accept(); err == nil {
			f(conn)
			_ = conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(); _ = l.Close(); <-ended })
	return conn
}

// Where the machine is busy, the time until it is watched for may be over before the request has gone out.
func TestARequestThatFoundNoTimeToGoOutIsStillSent(t *testing.T) {
	conn := paired(t, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			if _, err := http.ReadRequest(in); err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}
	})
	transport := NewTransport(TransportOptions{})
	t.Cleanup(transport.Close)
	u := newUpstream(transport, conn, destination{})
	for range 3 {
		x := &exchange.Exchange{Ctx: context.Background(), Deadline: time.Now().Add(5 * time.Second)}
		x.Request.Method = http.MethodGet
		x.Note.Connected = time.Now().Add(-time.Second)
		if err := u.carry(x, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true); err != nil || x.Reply.Head.Status != http.StatusOK {
			t.Fatalf("%d, %v", x.Reply.Head.Status, err)
		}
		if err := x.Reply.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A deadline that was moved on is not the one that the runtime's timer knows.
func TestATimerThatRingsTooEarlyEndsNothing(t *testing.T) {
	write := make(chan struct{})
	conn := paired(t, func(conn net.Conn) {
		<-write
		_, _ = io.WriteString(conn, "late")
	})
	var s socket
	s.open(conn)
	now := time.Now()
	if err := s.within(now.Add(time.Millisecond), now); err != nil {
		t.Fatal(err)
	}
	if err := s.within(now.Add(5*time.Second), now); err != nil {
		t.Fatal(err)
	}
	rang := time.AfterFunc(20*time.Millisecond, func() { close(write) })
	defer rang.Stop()
	p := make([]byte, 8)
	if n, err := s.Read(p); err != nil || string(p[:n]) != "late" {
		t.Fatalf("%q, %v", p[:n], err)
	}
	s.wake()
	if _, err := s.Read(p); !isTimeout(err) {
		t.Fatalf("what is woken reads on: %v", err)
	}
}
