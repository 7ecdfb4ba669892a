package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/signal"
)

// both says how a stream goes through both stacks: the gateway's, and a call's at its port.
const both = "service a: s\nservice s\nroute /s/** -> s strip=/s timeout=100ms"

// origin is net/http's server, over HTTP/1.1 and over HTTP/2 with prior knowledge.
func origin(t *testing.T, h http.HandlerFunc, h2 bool) exchange.Endpoint {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return exchange.Endpoint{Address: s.Listener.Addr().String(), H2: h2}
}

// through runs f against the gateway and against the port, with the path that leads to the service, and checks the record.
func through(t *testing.T, behind exchange.Endpoint, f func(t *testing.T, base string), want func(r signal.Exchange) string) {
	t.Helper()
	a, err := parseApp(both)
	if err != nil {
		t.Fatal(err)
	}
	s := set(t, &a, map[string]exchange.Endpoint{"s": behind})
	for name, to := range map[string][]string{"gateway": nil, "port": {"a", "s"}} {
		t.Run(name, func(t *testing.T) {
			stage := *s
			stage.t = t
			base := "http://" + stage.address(to)
			if to == nil {
				base += "/s"
			}
			f(t, base)
			if missing := want(stage.record()); missing != "" {
				t.Error(missing)
			}
		})
	}
}

func TestServerSentEventsOutliveTheTimeout(t *testing.T) {
	step := make(chan struct{})
	behind := origin(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for n := range 2 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", n)
			_ = http.NewResponseController(w).Flush()
			<-step
		}
	}, false)
	through(t, behind, func(t *testing.T, base string) {
		began := time.Now()
		r, err := http.Get(base + "/events")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		in := bufio.NewReader(r.Body)
		first, err := in.ReadString('\n')
		if err != nil || first != "data: 0\n" {
			t.Fatalf("%q %v", first, err) // it has come though the answer goes on
		}
		<-time.After(time.Until(began.Add(200 * time.Millisecond))) // twice the route's timeout
		step <- struct{}{}
		step <- struct{}{}
		rest, err := io.ReadAll(in)
		if err != nil || string(rest) != "\ndata: 1\n\n" {
			t.Fatalf("%q %v", rest, err)
		}
		http.DefaultClient.CloseIdleConnections()
	}, func(r signal.Exchange) string {
		if r.Code != "" || r.Status != 200 || r.BytesOut != 18 {
			return fmt.Sprintf("%+v", r)
		}
		return ""
	})
}

func TestUpgrades(t *testing.T) {
	behind := origin(t, func(w http.ResponseWriter, r *http.Request) {
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		caller := r.Header.Get("X-Banyan-Caller")
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\nX-Path: %s\r\n\r\n%s", r.Header.Get("Upgrade"), r.URL.Path, caller[:1])
		_, _ = io.Copy(conn, buffered)
	}, false)
	through(t, behind, func(t *testing.T, base string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/chat", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Connection", "Upgrade")
		request.Header.Set("Upgrade", "websocket")
		r, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if r.StatusCode != 101 || r.Header.Get("X-Path") != "/chat" {
			t.Fatalf("%d %v", r.StatusCode, r.Header)
		}
		both := r.Body.(io.ReadWriteCloser)
		echoed := make([]byte, 5)
		if _, err := io.WriteString(both, "ping"); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(both, echoed); err != nil || string(echoed[1:]) != "ping" {
			t.Fatalf("%q %v", echoed, err)
		}
		_ = both.Close()
	}, func(r signal.Exchange) string {
		if r.Protocol != "websocket" || r.Status != 101 || r.BytesIn != 4 || r.BytesOut != 5 || r.Code != "" {
			return fmt.Sprintf("%+v", r)
		}
		return ""
	})
}

func TestGRPCOverHTTP2(t *testing.T) {
	behind := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status, Grpc-Message")
		buffer := make([]byte, 16)
		for {
			n, err := r.Body.Read(buffer)
			_, _ = w.Write(buffer[:n])
			_ = http.NewResponseController(w).Flush()
			if err != nil {
				break
			}
		}
		w.Header().Set("Grpc-Status", "9")
		w.Header().Set("Grpc-Message", r.URL.Path+" "+r.Header.Get("Te")+" "+r.Proto)
	}, true)
	through(t, behind, func(t *testing.T, base string) {
		transport := &http.Transport{Protocols: new(http.Protocols)}
		transport.Protocols.SetUnencryptedHTTP2(true)
		defer transport.CloseIdleConnections()
		body, writer := io.Pipe()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/p.S/M", body)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/grpc")
		request.Header.Set("TE", "trailers")
		go func() { _, _ = io.WriteString(writer, "one") }()
		r, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		got := make([]byte, 3)
		if _, err := io.ReadFull(r.Body, got); err != nil || string(got) != "one" {
			t.Fatalf("%q %v", got, err) // a message is answered while the request goes on
		}
		_, _ = io.WriteString(writer, "two")
		_ = writer.Close()
		rest, err := io.ReadAll(r.Body)
		if err != nil || string(rest) != "two" || r.Trailer.Get("Grpc-Status") != "9" || r.Trailer.Get("Grpc-Message") != "/p.S/M trailers HTTP/2.0" {
			t.Fatalf("%q %v %v", rest, err, r.Trailer)
		}
	}, func(r signal.Exchange) string {
		if r.Protocol != "grpc" || r.GRPCStatus != 9 || r.Status != 200 || !strings.HasSuffix(r.Path, "/p.S/M") || r.BytesIn != 6 || r.BytesOut != 6 {
			return fmt.Sprintf("%+v", r)
		}
		return ""
	})
}

func TestARefusalOverHTTP2IsTrailersOnly(t *testing.T) {
	a, err := parseApp("service s absent\nroute /** -> s")
	if err != nil {
		t.Fatal(err)
	}
	s := set(t, &a, nil)
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.address(nil)+"/p.S/M", strings.NewReader("message"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/grpc")
	r, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	rest, err := io.ReadAll(r.Body)
	if r.StatusCode != 200 || r.Header.Get("Grpc-Status") != "14" || len(rest) > 0 || err != nil || r.ProtoMajor != 2 {
		t.Fatalf("%d %v %q %v", r.StatusCode, r.Header, rest, err)
	}
	if got := s.record(); got.GRPCStatus != 14 || got.Code != "BYN-3020" || !strings.Contains(got.Reason, "no instance of s") {
		t.Errorf("%+v", got)
	}
}
