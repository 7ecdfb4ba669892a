package runner

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

// framed is a server of HTTP/2 with prior knowledge.
func framed(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func plain(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// closedPort is an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return l.Addr().String()
}

// want checks an error by a part of its text; an empty part is none.
func want(t *testing.T, err error, part string) {
	t.Helper()
	if (err == nil) != (part == "") || err != nil && !strings.Contains(err.Error(), part) {
		t.Fatalf("error %v, want %q", err, part)
	}
}

func TestProbeHTTP(t *testing.T) {
	address := plain(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			_, _ = io.WriteString(w, "ok")
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/moved":
			http.Redirect(w, r, "/healthz", http.StatusFound)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	rows := []struct{ sentence, path, wrong string }{
		{"200 is healthy", "/healthz", ""},
		{"204 is healthy", "/empty", ""},
		{"a redirect is no health", "/moved", "GET /moved answered 302"},
		{"503 is no health", "/busy", "GET /busy answered 503"},
		{"an answer that breaks off is none", "/cut", "GET /cut broke off: "},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			want(t, Probe(t.Context(), Target{Kind: graph.ByHTTP, Address: address, Path: row.path}, within), row.wrong)
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		err := Probe(t.Context(), Target{Kind: graph.ByHTTP, Address: closedPort(t), Path: "/"}, within)
		want(t, err, "GET / failed: connection refused")
	})
}

func TestProbeThatHangsIsGivenUp(t *testing.T) {
	leave := make(chan struct{})
	defer close(leave)
	address := plain(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-leave:
		case <-r.Context().Done():
		}
	})
	err := Probe(t.Context(), Target{Kind: graph.ByHTTP, Address: address, Path: "/healthz"}, 20*time.Millisecond)
	want(t, err, "GET /healthz: no answer within 20ms")
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	err = Probe(t.Context(), Target{Kind: graph.ByGRPC, Address: silent.Addr().String()}, 20*time.Millisecond)
	want(t, err, "no answer within 20ms")
}

func TestProbePort(t *testing.T) {
	open := plain(t, func(http.ResponseWriter, *http.Request) {})
	want(t, Probe(t.Context(), Target{Kind: graph.ByPort, Address: open}, within), "")
	shut := closedPort(t)
	want(t, Probe(t.Context(), Target{Kind: graph.ByPort, Address: shut}, within), shut+" does not accept connections: connection refused")
}

// health answers as a gRPC server does: a message, and the status in the trailer.
func health(message []byte, status string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		if r.URL.Path != "/grpc.health.v1.Health/Check" || r.Header.Get("TE") != "trailers" || !bytes.HasSuffix(asked, []byte("\x0a\x06orders")) ||
			binary.BigEndian.Uint32(asked[1:]) != 8 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/grpc")
		if message == nil {
			w.Header().Set("Grpc-Status", status)
			w.Header().Set("Grpc-Message", "because")
			return
		}
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = w.Write(message)
		w.Header().Set("Grpc-Status", status)
	}
}

func TestProbeGRPC(t *testing.T) {
	rows := []struct {
		sentence string
		handler  http.HandlerFunc
		wrong    string
	}{
		{"SERVING is healthy", health(grpcMessage([]byte{8, 1}), "0"), ""},
		{"fields that are new are passed over", health(grpcMessage([]byte("\x12\x03abc\x08\x01\x1d1234\x2112345678")), "0"), ""},
		{"NOT_SERVING is not", health(grpcMessage([]byte{8, 2}), "0"), "gRPC health orders answered NOT_SERVING"},
		{"a status that is missing is UNKNOWN", health(grpcMessage(nil), "0"), "answered UNKNOWN"},
		{"a status of the future is said by number", health(grpcMessage([]byte{8, 9}), "0"), "answered status 9"},
		{"a server without the service", health(nil, "12"), "the server has no grpc.health.v1.Health service"},
		{"a server that does not know the name", health(nil, "5"), "the server does not know this service"},
		{"another failure is told", health(nil, "14"), `answered status "14" because`},
		{"half a message is none", health([]byte{0, 0, 0, 0, 9, 8, 1}, "0"), "no grpc.health.v1.HealthCheckResponse"},
		{"a compressed one is none: nobody asked for that", health([]byte{1, 0, 0, 0, 2, 8, 1}, "0"), "no grpc.health.v1.HealthCheckResponse"},
		{"a server of something else", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, "answered HTTP 404"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			want(t, Probe(t.Context(), Target{Kind: graph.ByGRPC, Address: framed(t, row.handler), Service: "orders"}, within), row.wrong)
		})
	}
	t.Run("a server of HTTP/1.1 alone", func(t *testing.T) {
		address := plain(t, func(http.ResponseWriter, *http.Request) {})
		want(t, Probe(t.Context(), Target{Kind: graph.ByGRPC, Address: address}, within), "gRPC health  failed: ")
	})
	t.Run("nobody listens", func(t *testing.T) {
		want(t, Probe(t.Context(), Target{Kind: graph.ByGRPC, Address: closedPort(t)}, within), "does not accept connections: connection refused")
	})
}

func FuzzHealthStatus(f *testing.F) {
	f.Add(grpcMessage([]byte{8, 1}))
	f.Add(grpcMessage([]byte("\x12\x03abc\x08\x02\x1d1234\x2112345678")))
	f.Fuzz(func(t *testing.T, body []byte) {
		status, err := healthStatus(body)
		if err != nil {
			return
		}
		// What a message says does not change with another field behind it.
		again, err := healthStatus(grpcMessage(append(bytes.Clone(body[5:]), 0x12, 1, 'x')))
		if err != nil || again != status {
			t.Fatalf("%x says %d, and with another field %d, %v", body, status, again, err)
		}
	})
}

func TestDetect(t *testing.T) {
	nothing := func(http.ResponseWriter, *http.Request) {}
	rows := []struct {
		sentence string
		address  string
		want     graph.Protocol
	}{
		{"a server that answers the preface speaks h2c", framed(t, nothing), graph.H2C},
		{"a server that answers otherwise speaks HTTP/1.1", plain(t, nothing), graph.HTTP1},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got, err := Detect(t.Context(), row.address); got != row.want || err != nil {
				t.Fatalf("%s, %v", got, err)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		_, err := Detect(t.Context(), closedPort(t))
		want(t, err, "detecting the protocol: ")
	})
	t.Run("who asks may give up", func(t *testing.T) {
		silent, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			if c, err := silent.Accept(); err == nil {
				cancel()
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}
		}()
		_, err = Detect(ctx, silent.Addr().String())
		_ = silent.Close()
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	})
}
