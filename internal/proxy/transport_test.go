package proxy_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

func TestAnExternalServiceIsSpokenToByTLS(t *testing.T) {
	behind := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.ServerName+" "+r.Proto)
	}))
	t.Cleanup(behind.Close)
	roots := x509.NewCertPool()
	roots.AddCert(behind.Certificate())
	transport := proxy.NewTransport(proxy.TransportOptions{TLS: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
	t.Cleanup(transport.Close)
	name := "example.com" // in httptest's certificate
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Address: behind.Listener.Addr().String(), TLS: true, ServerName: name}
		return transport.Handle(x)
	}))
	conn, in := dial(t, s.address)
	for range 2 {
		send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if r, body := answer(t, in); r.StatusCode != 200 || body != "example.com HTTP/1.1" {
			t.Fatalf("%d %s", r.StatusCode, body)
		}
	}
	name = "other.invalid"
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, body := answer(t, in); r.StatusCode != 502 || !strings.Contains(body, string(diag.ConnectFailed)) {
		t.Fatalf("a certificate for another name was taken: %d %s", r.StatusCode, body)
	}
}

// settled is a balance.Endpoints that never changes.
type settled []exchange.Endpoint

func (s settled) Endpoints(string) balance.Set { return balance.Set{Ready: s} }

// A retry while the body still flows: the first instance refuses early, and the second gets the whole body.
func TestARetryHasTheWholeBody(t *testing.T) {
	body := strings.Repeat("0123456789", 2_000)
	refused, release := make(chan struct{}), make(chan struct{})
	early := raw(t, func(conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.ReadFull(in, make([]byte, 5_000))
			_, _ = io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
			close(refused)
			<-release
		}
	})
	good := origin(t, func(w http.ResponseWriter, r *http.Request) {
		// Read whole before it is answered: net/http drops what is left of a body when the answer's head goes out.
		got, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		_, _ = w.Write(got)
	})
	var first atomic.Bool
	transport := proxy.NewTransport(proxy.TransportOptions{})
	t.Cleanup(transport.Close)
	from := settled{{Instance: "b", Address: good}, {Instance: "c", Address: good}}
	stack := balance.Layer("orders", from, &balance.State{}, balance.DefaultRetry())(exchange.HandlerFunc(func(x *exchange.Exchange) error {
		if first.CompareAndSwap(false, true) { // whichever was chosen: the early one is the first
			x.Endpoint.Instance, x.Endpoint.Address = "a", early
		}
		return transport.Handle(x)
	}))
	s := serve(t, stack)
	conn, in := dial(t, s.address)
	send(t, conn, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n"+body[:10_000])
	<-refused
	send(t, conn, body[10_000:])
	r, got := answer(t, in)
	close(release)
	if r.StatusCode != 200 || got != body {
		t.Fatalf("%d, %d bytes", r.StatusCode, len(got))
	}
	if n := s.record(t); n.note.Tries != 2 || n.note.BytesIn != 20_000 {
		t.Fatalf("%+v", n.note)
	}
}

func TestAnAnswerWithoutAStatusIsAnError(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(*exchange.Exchange) error { return nil }))
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, body := answer(t, in); r.StatusCode != 500 || !strings.Contains(body, string(diag.Internal)) {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
}

func TestAForkOutlivesItsConnection(t *testing.T) {
	forks := make(chan *exchange.Exchange, 1)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		if len(forks) == 0 {
			forks <- x.Fork(x.Ctx)
		}
		x.Answer(200, "text/plain", nil)
		return nil
	}))
	conn, in := dial(t, s.address)
	for range 2 {
		send(t, conn, "GET /path HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")
		answer(t, in)
	}
	fork := <-forks
	if fork.Request.Path != "/path" || fork.Request.Method != "GET" || string(fork.Request.Get("X")) != "y" {
		t.Fatalf("%+v", fork.Request)
	}
}
