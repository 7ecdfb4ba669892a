package proxy

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/banyan-run/banyan/internal/exchange"
)

var ok = []byte("ok")

// fixed answers without an allocation of its own.
type fixed struct{ body bytes.Reader }

func (f *fixed) Handle(x *exchange.Exchange) error {
	f.body.Reset(ok)
	x.Reply.Head.Status = 200
	x.Reply.Head.Set("Content-Type", "text/plain")
	x.Reply.Body, x.Reply.Length = &f.body, int64(len(ok))
	return nil
}

const sample = "GET /api/v1/products?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: test\r\nAccept: */*\r\nX-Request-Id: 1\r\n\r\n"

// against serves h on a free port and returns a client's connection.
func against(tb testing.TB, h exchange.Handler) net.Conn {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{Handler: h}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(context.Background(), l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = conn.Close()
		_ = s.Shutdown(context.Background())
		<-ended
	})
	return conn
}

func once(tb testing.TB, conn net.Conn, request, answer []byte) {
	if _, err := conn.Write(request); err != nil {
		tb.Fatal(err)
	}
	if _, err := io.ReadFull(conn, answer); err != nil {
		tb.Fatal(err)
	}
}

func TestTheBareStackDoesNotAllocate(t *testing.T) {
	conn := against(t, &fixed{})
	request := []byte(sample)
	answer := make([]byte, len("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"))
	once(t, conn, request, answer)
	// Allocations of all goroutines count: the client's two calls make none. The pool of buffers may be emptied by a collection.
	if n := testing.AllocsPerRun(500, func() { once(t, conn, request, answer) }); n >= 1 && !racing {
		t.Fatalf("an exchange allocates %v times", n)
	}
	if !bytes.HasSuffix(answer, []byte("\r\n\r\nok")) {
		t.Fatalf("%q", answer)
	}
}

func BenchmarkServer(b *testing.B) {
	conn := against(b, &fixed{})
	request := []byte(sample)
	answer := make([]byte, len("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"))
	b.ReportAllocs()
	for b.Loop() {
		once(b, conn, request, answer)
	}
}

func BenchmarkParse(b *testing.B) {
	var h exchange.Head
	var f framing
	limits := Limits{}.orDefaults()
	head := []byte(sample)
	b.ReportAllocs()
	for b.Loop() {
		h.Reset()
		if err := parseRequest(head, &h, &f, &limits); err != nil {
			b.Fatal(err)
		}
	}
}
