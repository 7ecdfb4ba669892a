package gateway_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"testing"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/mesh"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// one is a callee with two instances, and the transport to them that answers without an allocation of its own.
type one struct {
	set  balance.Set
	body bytes.Reader
}

var okBody = []byte("ok")

func (o *one) Endpoints(string) balance.Set { return o.set }

func (o *one) Handle(x *exchange.Exchange) error {
	o.body.Reset(okBody)
	x.Reply.Head.Status = 200
	x.Reply.Body, x.Reply.Length = &o.body, int64(len(okBody))
	return nil
}

const manyRoutes = `service orders
service catalog: orders(GET /orders/**)
route /** -> catalog
route /api/** -> catalog host=*.example
route /api/v1/orders/{id} -> orders method=GET strip=/api/v1 host=shop.example
route /api/v1/orders/** -> catalog 90, orders 10`

// bare builds the whole stack of a snapshot over a transport without a wire.
func bare(tb testing.TB) (*gateway.Gateway, *mesh.Mesh) {
	tb.Helper()
	a, err := parseApp(manyRoutes)
	if err != nil {
		tb.Fatal(err)
	}
	o := &one{set: balance.Set{Ready: []exchange.Endpoint{{Instance: "a.1", Address: "127.0.0.1:1"}, {Instance: "a.2", Address: "127.0.0.1:2"}}}}
	meshed, found := mesh.Compile(&a.App)
	edge, more := gateway.Compile(&a.App)
	if found.Failed() || more.Failed() {
		tb.Fatal(found, more)
	}
	m, err := meshed.Build(mesh.Means{Endpoints: o, Transport: o}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	g, err := edge.Build(gateway.Means{Outbound: func(callee string) (exchange.Handler, error) { return m.Outbound(graph.Gateway, callee) }}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return g, m
}

func TestTheBareStackDoesNotAllocate(t *testing.T) {
	g, m := bare(t)
	port, err := m.Edge("catalog", "orders")
	if err != nil {
		t.Fatal(err)
	}
	const fields = "User-Agent: test\r\nAccept: */*\r\nX-Banyan-Caller: forged\r\nX-Forwarded-For: 1.2.3.4\r\n"
	const parent = "Traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nTracestate: a=1\r\n"
	rows := []struct {
		sentence string
		handler  exchange.Handler
		request  string
	}{
		{"a new trace through the gateway, path stripped", g, "GET /api/v1/orders/7?x HTTP/1.1\r\nHost: Shop.example:8080\r\n" + fields + "\r\n"},
		{"a weighted route", g, "GET /api/v1/orders/7/lines HTTP/1.1\r\nHost: other\r\n" + fields + "\r\n"},
		{"a trace that is continued", g, "GET / HTTP/1.1\r\nHost: shop.example\r\n" + fields + parent + "\r\n"},
		{"a call that lists what it does, at its port", port, "GET /orders/7 HTTP/1.1\r\nHost: 127.0.0.1:7001\r\n" + fields + parent + "\r\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			conn := connect(t, row.handler)
			answer := make([]byte, len("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
			request := []byte(row.request)
			once := func() {
				if _, err := conn.Write(request); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(conn, answer); err != nil {
					t.Fatal(err)
				}
			}
			for range 50 {
				once() // both targets, and both instances, are known then
			}
			// Allocations of all goroutines count; the race detector makes some of its own.
			if n := testing.AllocsPerRun(500, once); n >= 1 && !racing {
				t.Errorf("an exchange allocates %v times", n)
			}
			if !bytes.HasSuffix(answer, []byte("\r\n\r\nok")) {
				t.Errorf("%q", answer)
			}
		})
	}
}

// connect serves h and returns a client's connection.
func connect(tb testing.TB, h exchange.Handler) net.Conn {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &proxy.Server{Handler: h}
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

func BenchmarkStack(b *testing.B) {
	g, _ := bare(b)
	x := &exchange.Exchange{Ctx: context.Background()}
	b.ReportAllocs()
	for b.Loop() {
		x.Request.Method, x.Request.Authority, x.Request.Path = "GET", "shop.example", "/api/v1/orders/7"
		if err := g.Handle(x); err != nil {
			b.Fatal(err)
		}
		_ = x.Reply.Close()
		x.Reset()
		x.Ctx = context.Background()
	}
}
