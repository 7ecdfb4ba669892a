package nethttp_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/nethttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mounts are the ways from a client to an http.Handler; net/http alone is the reference.
func mounts() map[string]func(t *testing.T, h http.Handler) string {
	return map[string]func(t *testing.T, h http.Handler) string{
		"net/http":                 reference,
		"own server":               func(t *testing.T, h http.Handler) string { return own(t, nethttp.ToHandler(h)) },
		"own server and transport": func(t *testing.T, h http.Handler) string { return own(t, through(t, reference(t, h))) },
	}
}

func reference(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func own(t *testing.T, h exchange.Handler) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &proxy.Server{Handler: h}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		_ = s.Shutdown(context.Background())
	})
	return l.Addr().String()
}

func through(t *testing.T, address string) exchange.Handler {
	transport := proxy.NewTransport(proxy.TransportOptions{})
	t.Cleanup(transport.Close)
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Address: address}
		return transport.Handle(x)
	})
}

func TestAHandlerIsTheSameEverywhere(t *testing.T) {
	rows := []struct {
		sentence string
		handler  http.HandlerFunc
		request  func(address string) *http.Request
		want     string
	}{
		{"method, target, host and body arrive", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Host, body)
		}, post("/a%2Fb?c=d", "body"), "200 POST /a%2Fb?c=d shop body"},
		{"a body of unknown length arrives, with its trailer", func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			_, _ = fmt.Fprintf(w, "%d %s", len(body), r.Trailer.Get("X-Sum"))
		}, func(address string) *http.Request {
			r := post("/", "")(address)
			r.Body, r.ContentLength, r.Trailer = io.NopCloser(strings.NewReader(strings.Repeat("x", 300_000))), -1, http.Header{"X-Sum": {"9"}}
			return r
		}, "200 300000 9"},
		{"an empty answer is empty", func(http.ResponseWriter, *http.Request) {}, post("/", ""), "200 "},
		{"a status without a body", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, post("/", ""), "204 "},
		{"a large answer comes whole", func(w http.ResponseWriter, _ *http.Request) {
			for range 100 {
				_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
			}
		}, post("/", ""), "200 " + strings.Repeat("x", 1_000_000)},
		{"an answer of declared length comes whole", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "20000")
			_, _ = io.WriteString(w, strings.Repeat("x", 20_000))
		}, post("/", ""), "200 " + strings.Repeat("x", 20_000)},
		{"trailers follow the body", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", "X-End")
			_, _ = io.WriteString(w, "body ")
			w.(http.Flusher).Flush()
			w.Header().Set("X-End", "1")
		}, post("/", ""), "200 body [X-End 1]"},
		{"a body that is not read does no harm", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no", http.StatusForbidden)
		}, post("/", strings.Repeat("x", 3_000)), "403 no\n"},
		{"nor does a large one", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no", http.StatusForbidden)
		}, post("/", strings.Repeat("x", 100_000)), "403 no\n"},
	}
	for name, mount := range mounts() {
		t.Run(name, func(t *testing.T) {
			for _, row := range rows {
				t.Run(row.sentence, func(t *testing.T) {
					address := mount(t, row.handler)
					client := &http.Transport{}
					defer client.CloseIdleConnections()
					for range 2 { // the second finds the connection as the first left it
						if got := read(t, client, row.request(address)); got != row.want {
							t.Fatalf("%.200q, want %.200q", got, row.want)
						}
					}
				})
			}
		})
	}
}

func post(target, body string) func(string) *http.Request {
	return func(address string) *http.Request {
		r, err := http.NewRequest("POST", "http://"+address+target, strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		r.Host = "shop"
		return r
	}
}

func read(t *testing.T, client http.RoundTripper, r *http.Request) string {
	t.Helper()
	answer, err := client.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("%d %s", answer.StatusCode, body)
	for name, values := range answer.Trailer {
		text += fmt.Sprintf("[%s %s]", name, strings.Join(values, ","))
	}
	return text
}

func TestAFlushArrivesAndALeavingClientIsSeen(t *testing.T) {
	for name, mount := range mounts() {
		t.Run(name, func(t *testing.T) {
			left := make(chan struct{})
			address := mount(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, "first\n")
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				close(left)
			}))
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "GET", "http://"+address, nil)
			client := &http.Transport{}
			defer client.CloseIdleConnections()
			answer, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			if line, err := bufio.NewReader(answer.Body).ReadString('\n'); err != nil || line != "first\n" {
				t.Fatalf("%q, %v", line, err)
			}
			_ = answer.Body.Close()
			select {
			case <-left:
			case <-ctx.Done():
				t.Fatal("the handler was not told")
			}
		})
	}
}

func TestAPanicEndsTheAnswer(t *testing.T) {
	for name, mount := range mounts() {
		if name == "net/http" {
			continue // it logs, and closes the connection
		}
		t.Run(name, func(t *testing.T) {
			address := mount(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "part")
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}))
			client := &http.Transport{}
			defer client.CloseIdleConnections()
			answer, err := client.RoundTrip(post("/", "")(address))
			if err == nil {
				_, err = io.ReadAll(answer.Body)
				_ = answer.Body.Close()
			}
			if err == nil {
				t.Fatal("a part was taken for the whole")
			}
		})
	}
}

func TestARefusedTargetIsNotQuoted(t *testing.T) {
	x := &exchange.Exchange{Ctx: context.Background()}
	x.Request.Method, x.Request.Path, x.Request.Query, x.Request.HasQuery = "GET", "/%zz", "token=hunter2", true
	err := nethttp.ToHandler(http.NotFoundHandler()).Handle(x)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("%v", err)
	}
}
