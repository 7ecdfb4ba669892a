package h2_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// h2c is a client with prior knowledge.
func h2c(t *testing.T) *http.Transport {
	t.Helper()
	c := &http.Transport{Protocols: framedOnly()}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func framedOnly() *http.Protocols {
	p := new(http.Protocols)
	p.SetUnencryptedHTTP2(true)
	return p
}

// h2origin is net/http's server, by prior knowledge.
func h2origin(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = framedOnly()
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// message is one length-prefixed message of gRPC.
func message(text string) []byte {
	out := make([]byte, 5, 5+len(text))
	binary.BigEndian.PutUint32(out[1:], uint32(len(text)))
	return append(out, text...)
}

func readMessage(in io.Reader) (string, error) {
	var head [5]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err := io.ReadFull(in, body)
	return string(body), err
}

func grpcCall(t *testing.T, address, method string, body io.Reader) *http.Request {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, "POST", "http://"+address+method, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "greeter"
	r.Header.Set("Content-Type", "application/grpc")
	r.Header.Set("TE", "trailers")
	return r
}

// greeter is a gRPC service by hand: unary, both ways, and an error in trailers alone.
func greeter(w http.ResponseWriter, r *http.Request) {
	if r.Host != "greeter" || r.Header.Get("TE") != "trailers" {
		http.Error(w, "not as it was sent", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/grpc")
	if r.URL.Path == "/greeter/Fail" {
		w.Header().Set("Grpc-Status", "14")
		w.Header().Set("Grpc-Message", "not now")
		return
	}
	w.Header().Set("Trailer", "Grpc-Status")
	w.(http.Flusher).Flush()
	for {
		text, err := readMessage(r.Body)
		if err != nil {
			break
		}
		_, _ = w.Write(message("hello " + text))
		w.(http.Flusher).Flush()
	}
	w.Header().Set("Grpc-Status", "0")
}

func TestGRPC(t *testing.T) {
	s := serve(t, to(t, h2origin(t, greeter), true))
	client := h2c(t)

	t.Run("unary, with trailers", func(t *testing.T) {
		answer, err := client.RoundTrip(grpcCall(t, s.address, "/greeter/Hello", bytes.NewReader(message("ann"))))
		if err != nil {
			t.Fatal(err)
		}
		text, err := readMessage(answer.Body)
		_, _ = io.Copy(io.Discard, answer.Body)
		if err != nil || text != "hello ann" || answer.Trailer.Get("Grpc-Status") != "0" {
			t.Fatalf("%q %v %v", text, answer.Trailer, err)
		}
		if n := s.record(t); n.note.BytesIn != 8 || n.note.BytesOut != 14 || n.note.Connected.IsZero() || n.note.Cause != nil {
			t.Fatalf("%+v", n.note)
		}
	})
	t.Run("an error in trailers alone", func(t *testing.T) {
		answer, err := client.RoundTrip(grpcCall(t, s.address, "/greeter/Fail", bytes.NewReader(message("ann"))))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = answer.Body.Close() }()
		if answer.Header.Get("Grpc-Status") != "14" || answer.Header.Get("Grpc-Message") != "not now" {
			t.Fatalf("%v, trailer %v", answer.Header, answer.Trailer)
		}
		if n := s.record(t); n.grpc != "14" {
			t.Fatalf("%+v", n)
		}
	})
	t.Run("both ways at once", func(t *testing.T) {
		reader, writer := io.Pipe()
		answer, err := client.RoundTrip(grpcCall(t, s.address, "/greeter/Chat", reader))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"ann", "bob", "cid"} {
			if _, err := writer.Write(message(name)); err != nil {
				t.Fatal(err)
			}
			if text, err := readMessage(answer.Body); err != nil || text != "hello "+name {
				t.Fatalf("%q, %v", text, err)
			}
		}
		_ = writer.Close()
		if _, err := readMessage(answer.Body); err != io.EOF || answer.Trailer.Get("Grpc-Status") != "0" {
			t.Fatalf("%v %v", err, answer.Trailer)
		}
		s.record(t)
	})
	t.Run("a client that leaves", func(t *testing.T) {
		reader, writer := io.Pipe()
		defer func() { _ = writer.Close() }()
		r := grpcCall(t, s.address, "/greeter/Chat", reader)
		ctx, cancel := context.WithCancel(r.Context())
		answer, err := client.RoundTrip(r.WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		_ = answer.Body.Close()
		if n := s.record(t); n.note.Cause == nil {
			t.Fatalf("%+v", n.note)
		}
	})
}

func TestVersionsAreTranslated(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Method+" "+r.RequestURI+" "+r.Host)
		_, _ = w.Write(body)
	}
	large := strings.Repeat("0123456789", 100_000)
	t.Run("HTTP/2 to HTTP/1.1", func(t *testing.T) {
		s := serve(t, to(t, origin(t, echo), false))
		r, _ := http.NewRequest("PUT", "http://"+s.address+"/a%2Fb?", strings.NewReader(large))
		answer, err := h2c(t).RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || string(body) != large || answer.Header.Get("X-Seen") != "PUT /a%2Fb? "+s.address {
			t.Fatalf("%d bytes, %v, %v", len(body), answer.Header, err)
		}
	})
	t.Run("HTTP/1.1 to HTTP/2", func(t *testing.T) {
		s := serve(t, to(t, h2origin(t, echo), true))
		conn, in := dial(t, s.address)
		go func() {
			_, _ = io.WriteString(conn, "PUT /a%2Fb?q HTTP/1.1\r\nHost: shop\r\nContent-Length: 1000000\r\n\r\n"+large)
		}()
		r, body := answer(t, in)
		if body != large || r.Header.Get("X-Seen") != "PUT /a%2Fb?q shop" {
			t.Fatalf("%d bytes, %v", len(body), r.Header)
		}
	})
}

func TestAnInterimAnswerOfHTTP2IsPassedOn(t *testing.T) {
	s := serve(t, to(t, h2origin(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		_, _ = io.WriteString(w, "page")
	}), true))
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, _ := answer(t, in); r.StatusCode != 103 || r.Header.Get("Link") == "" {
		t.Fatalf("%d %v", r.StatusCode, r.Header)
	}
	if r, body := answer(t, in); r.StatusCode != 200 || body != "page" {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
}

func TestHTTP2IsToldToGoAway(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		close(begun)
		<-finish
		x.Answer(200, "text/plain", []byte("done"))
		return nil
	}))
	client := h2c(t)
	got := make(chan error, 1)
	go func() {
		r, _ := http.NewRequest("GET", "http://"+s.address+"/", nil)
		answer, err := client.RoundTrip(r)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
		}
		got <- err
	}()
	<-begun
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	close(finish)
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-down:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(within):
		t.Fatal("a connection without streams outlives the shutdown")
	}
}

func TestHTTP2Refusals(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(*exchange.Exchange) error { return problem.New(diag.NoRoute, "no route") }))
	r, _ := http.NewRequest("GET", "http://"+s.address+"/", nil)
	answer, err := h2c(t).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != 404 || !strings.Contains(string(body), string(diag.NoRoute)) || answer.Header.Get("Content-Type") != problem.ContentType {
		t.Fatalf("%d %s", answer.StatusCode, body)
	}
}
