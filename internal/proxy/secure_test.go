package proxy_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/h2"
)

// secured is a server under TLS, with httptest's certificate for example.com, and what a client of it needs.
func secured(t *testing.T, h exchange.Handler) (*served, *tls.Config) {
	t.Helper()
	lender := httptest.NewTLSServer(nil)
	t.Cleanup(lender.Close)
	config := &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	trust := lender.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trust.ServerName = "Example.com"
	return serve(t, h, func(s *proxy.Server) { s.TLS, s.Framed = config, h2.NewServer() }), trust
}

// whoAsks answers with what the connection told.
func whoAsks() exchange.Handler {
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Answer(200, "text/plain", fmt.Appendf(nil, "%v %s %s", x.Peer.TLS, x.Peer.ServerName, x.Request.Scheme))
		return nil
	})
}

func hello(t *testing.T, address string, trust *tls.Config) (*tls.Conn, *bufio.Reader) {
	t.Helper()
	plain, _ := dial(t, address)
	trust = trust.Clone()
	trust.NextProtos = []string{"http/1.1"}
	conn := tls.Client(plain, trust)
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

func TestBothVersionsAreSpokenUnderTLS(t *testing.T) {
	s, trust := secured(t, whoAsks())
	for _, two := range []bool{false, true} {
		transport := &http.Transport{TLSClientConfig: trust.Clone(), ForceAttemptHTTP2: two}
		client := &http.Client{Transport: transport, Timeout: within}
		for range 2 {
			r, err := client.Get("https://" + s.address + "/")
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if string(body) != "true example.com https" {
				t.Errorf("with HTTP/2 %v: %q", two, body)
			}
			if (r.ProtoMajor == 2) != two {
				t.Errorf("asked with HTTP/2 %v, answered with %s", two, r.Proto)
			}
		}
		transport.CloseIdleConnections()
	}
}

func TestAnUpgradeGoesThroughTLS(t *testing.T) {
	behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello")
			_, _ = io.Copy(conn, in)
			_, _ = io.WriteString(conn, "bye")
		}
	})
	s, trust := secured(t, to(t, behind, false))
	conn, in := hello(t, s.address, trust)
	send(t, conn, "GET /chat HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nearly")
	if r, err := http.ReadResponse(in, nil); err != nil || r.StatusCode != 101 {
		t.Fatalf("%v, %v", r, err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(in); err != nil || string(rest) != "helloearlybye" {
		t.Fatalf("%q, %v", rest, err)
	}
}

// An answer that ends with the connection is whole only after close_notify: RFC 9112 §9.8.
func TestAnAnswerThatIsCutShortDoesNotLookWholeUnderTLS(t *testing.T) {
	broken := exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Reply.Head.Status, x.Reply.Length = 200, exchange.Unknown
		x.Reply.Body = io.MultiReader(strings.NewReader("part"), failing{errors.New("the service broke off")})
		return nil
	})
	whole := exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Reply.Head.Status, x.Reply.Length = 200, exchange.Unknown
		x.Reply.Body = strings.NewReader("part")
		return nil
	})
	for _, c := range []struct {
		about string
		h     exchange.Handler
		ends  bool
	}{{"a whole one ends cleanly", whole, true}, {"a part of one breaks", broken, false}} {
		s, trust := secured(t, c.h)
		conn, in := hello(t, s.address, trust)
		send(t, conn, "GET / HTTP/1.0\r\n\r\n")
		if got, err := io.ReadAll(in); (err == nil) != c.ends {
			t.Errorf("%s: %q, %v", c.about, got, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAClientThatLeavesCancelsUnderTLS(t *testing.T) {
	arrived, left := make(chan struct{}), make(chan struct{})
	s, trust := secured(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		close(arrived)
		<-x.Ctx.Done()
		close(left)
		return x.Ctx.Err()
	}))
	conn, _ := hello(t, s.address, trust)
	send(t, conn, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n")
	<-arrived
	_ = conn.Close()
	select {
	case <-left:
	case <-time.After(within):
		t.Fatal("the exchange goes on for a client that left")
	}
}

func TestWhoSpeaksHTTPToAnHTTPSPortIsTold(t *testing.T) {
	s, _ := secured(t, whoAsks())
	for _, request := range []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n"} {
		conn, in := dial(t, s.address)
		send(t, conn, request)
		if r, body := answer(t, in); r.StatusCode != 400 || !strings.Contains(body, "Write https://") {
			t.Errorf("%q: %d %q", request, r.StatusCode, body)
		}
	}
	conn, in := dial(t, s.address)
	send(t, conn, "\x00\x01\x02\x03\x04\x05")
	if rest, _ := io.ReadAll(in); strings.Contains(string(rest), "HTTP") {
		t.Errorf("noise is answered with %q", rest)
	}
}

func TestWhoNeverShakesHandsHoldsNoShutdown(t *testing.T) {
	s, _ := secured(t, whoAsks())
	conn, in := dial(t, s.address)
	send(t, conn, "\x16\x03\x01") // the beginning of a hello
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := in.ReadByte(); err == nil {
		t.Fatal("the connection is open")
	}
}
