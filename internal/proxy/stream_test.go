package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

func TestServerSentEventsArriveOneByOne(t *testing.T) {
	next := make(chan struct{})
	behind := origin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		for i := range 3 {
			select {
			case <-next:
			case <-r.Context().Done():
				return
			}
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			w.(http.Flusher).Flush()
		}
	})
	carry := to(t, behind, false)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Deadline = time.Now().Add(time.Second) // holds for the head alone
		return carry.Handle(x)
	}))
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	r, err := http.ReadResponse(in, nil) // the head is here before the first event is written
	if err != nil {
		t.Fatal(err)
	}
	events := bufio.NewReader(r.Body)
	for i := range 3 {
		next <- struct{}{}
		if got, err := events.ReadString('\n'); err != nil || got != fmt.Sprintf("data: %d\n", i) {
			t.Fatalf("event %d: %q, %v", i, got, err)
		}
		_, _ = events.ReadString('\n')
	}
}

func TestAnUpgradeIsAStream(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("of an instance that also speaks HTTP/2: %v", h2), func(t *testing.T) { upgradeThrough(t, h2) })
	}
}

func upgradeThrough(t *testing.T, h2 bool) {
	t.Helper()
	behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
		r, err := http.ReadRequest(in)
		if err != nil || r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Connection") != "Upgrade" {
			return
		}
		// The first bytes of the stream come with the head.
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\nhello")
		_, _ = io.Copy(conn, in)
		_, _ = io.WriteString(conn, "bye")
	})
	s := serve(t, to(t, behind, h2))
	conn, in := dial(t, s.address)
	send(t, conn, "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\nearly")
	r, err := http.ReadResponse(in, nil)
	if err != nil || r.StatusCode != 101 || r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-WebSocket-Accept") != "x" {
		t.Fatalf("%v, %v", r, err)
	}
	got := make([]byte, len("helloearly"))
	if _, err := io.ReadFull(in, got); err != nil || string(got) != "helloearly" {
		t.Fatalf("%q, %v", got, err)
	}
	send(t, conn, " late")
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(in); err != nil || string(rest) != " latebye" {
		t.Fatalf("%q, %v", rest, err)
	}
	if n := s.record(t); n.status != 101 || n.note.BytesIn != 10 || n.note.BytesOut != 18 {
		t.Fatalf("%+v", n)
	}
}

func TestAClientThatLeavesCancels(t *testing.T) {
	arrived, left := make(chan struct{}), make(chan struct{})
	behind := origin(t, func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	})
	s := serve(t, to(t, behind, false))
	conn, _ := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	_ = conn.Close()
	select {
	case <-left:
	case <-time.After(within):
		t.Fatal("the origin still works for a client that left")
	}
	if n := s.record(t); n.note.Cause == nil || problem.CauseOf(n.note.Cause).Code != diag.ClientGone {
		t.Fatalf("%+v", n.note)
	}
}

func TestABodyThatIsCutShortAbortsTheUpstream(t *testing.T) {
	rows := []struct{ sentence, framing, part string }{
		{"with a length", "Content-Length: 100000", strings.Repeat("x", 50_000)},
		{"in chunks", "Transfer-Encoding: chunked", "4\r\nwiki\r\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			failed := make(chan error, 1)
			behind := origin(t, func(_ http.ResponseWriter, r *http.Request) {
				_, err := io.ReadAll(r.Body)
				failed <- err
			})
			s := serve(t, to(t, behind, false))
			conn, in := dial(t, s.address)
			send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\n"+row.framing+"\r\n\r\n"+row.part)
			if err := conn.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			if err := <-failed; err == nil {
				t.Fatal("the origin took a part for the whole")
			}
			if r, _ := answer(t, in); r.StatusCode != 400 {
				t.Fatalf("the client was answered %d", r.StatusCode)
			}
			if n := s.record(t); problem.CauseOf(n.note.Cause).Code != diag.BadRequest {
				t.Fatalf("%v", n.note.Cause)
			}
		})
	}
}

func TestAnAnswerThatIsCutShortIsAborted(t *testing.T) {
	for _, head := range []string{"Content-Length: 100", "Transfer-Encoding: chunked"} {
		behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
			if _, err := http.ReadRequest(in); err == nil {
				_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n"+head+"\r\n\r\n4\r\nwiki\r\n")
			}
		})
		s := serve(t, to(t, behind, false))
		conn, in := dial(t, s.address)
		send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		r, err := http.ReadResponse(in, nil)
		if err == nil {
			_, err = io.ReadAll(r.Body)
		}
		if err == nil {
			t.Fatalf("%s: the client took a part for the whole", head)
		}
		if n := s.record(t); problem.CauseOf(n.note.Cause).Code != diag.UpstreamReset {
			t.Fatalf("%v", n.note.Cause)
		}
	}
}

func TestAnEarlyAnswerComesWhileTheBodyFlows(t *testing.T) {
	behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
		body, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(conn, "%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	})
	s := serve(t, to(t, behind, false))
	conn, in := dial(t, s.address)
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
	r, err := http.ReadResponse(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 5)
	if _, err := io.ReadFull(r.Body, first); err != nil || string(first) != "first" {
		t.Fatalf("%q, %v", first, err)
	}
	send(t, conn, "6\r\nsecond\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if rest, err := io.ReadAll(r.Body); err != nil || string(rest) != "second" {
		t.Fatalf("%q, %v", rest, err)
	}
}

func TestAnEarlyRefusalLeavesTheConnectionUsable(t *testing.T) {
	behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		}
	})
	s := serve(t, to(t, behind, false))
	conn, in := dial(t, s.address)
	for range 3 {
		send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n")
		if r, _ := answer(t, in); r.StatusCode != 413 {
			t.Fatalf("answered %d", r.StatusCode)
		}
		send(t, conn, strings.Repeat("x", 20000)) // is drained, and the next request is found behind it
	}
}

func TestExpectIsNotMetByARefusal(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(*exchange.Exchange) error { return problem.New(diag.BodyTooLarge, "too much") }))
	conn, in := dial(t, s.address)
	send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
	r, body := answer(t, in)
	if r.StatusCode != 413 || !r.Close || !strings.Contains(body, string(diag.BodyTooLarge)) {
		t.Fatalf("%d %v %s", r.StatusCode, r.Close, body)
	}
}

// The time for a write begins with it, not with the answer before.
func TestAnInterimAnswerOnAConnectionThatWasIdle(t *testing.T) {
	const pause = 20 * time.Millisecond
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		if !x.Body.Empty() {
			<-time.After(2 * pause)
			if err := x.Interim(&exchange.Head{Status: 103}); err != nil {
				return err
			}
			if _, err := io.ReadAll(&x.Body); err != nil {
				return err
			}
		}
		x.Answer(200, "text/plain", []byte("ok"))
		return nil
	}), func(s *proxy.Server) { s.Limits.WritePause = pause })
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer(t, in)
	send(t, conn, "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
	for _, status := range []int{103, 100} {
		if r, _ := answer(t, in); r.StatusCode != status {
			t.Fatalf("%d, want %d", r.StatusCode, status)
		}
	}
	send(t, conn, "hi")
	if r, body := answer(t, in); r.StatusCode != 200 || body != "ok" {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
}

func TestTheDeadlineEndsTheWait(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		behind := raw(t, func(_ net.Conn, in *bufio.Reader) { _, _ = io.Copy(io.Discard, in) })
		carry := to(t, behind, h2)
		s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Deadline = time.Now().Add(50 * time.Millisecond)
			return carry.Handle(x)
		}))
		conn, in := dial(t, s.address)
		send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if r, body := answer(t, in); r.StatusCode != 504 || !strings.Contains(body, string(diag.UpstreamTimeout)) {
			t.Fatalf("HTTP/2 %v: %d %s", h2, r.StatusCode, body)
		}
	}
}

// TestWhatTookTooLongOnAKeptConnectionIsNotSentAgain has an instance that answers once and is silent then: there is no time left.
func TestWhatTookTooLongOnAKeptConnectionIsNotSentAgain(t *testing.T) {
	behind := raw(t, func(conn net.Conn, in *bufio.Reader) {
		if _, err := http.ReadRequest(in); err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		}
		_, _ = io.Copy(io.Discard, in)
	})
	var dials atomic.Int32
	transport := proxy.NewTransport(proxy.TransportOptions{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}})
	t.Cleanup(transport.Close)
	var timeout atomic.Int64
	timeout.Store(int64(time.Minute))
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint, x.Deadline = exchange.Endpoint{Instance: "a", Address: behind}, time.Now().Add(time.Duration(timeout.Load()))
		return transport.Handle(x)
	}))
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer(t, in)
	timeout.Store(int64(50 * time.Millisecond))
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, body := answer(t, in); r.StatusCode != 504 || strings.Contains(body, "connection") || dials.Load() != 1 {
		t.Fatalf("%d %s after %d connections", r.StatusCode, body, dials.Load())
	}
}

func TestAFailedConnectionIsSaidAsSuch(t *testing.T) {
	l := listen(t)
	_ = l.Close()
	for _, h2 := range []bool{false, true} {
		s := serve(t, to(t, l.Addr().String(), h2))
		conn, in := dial(t, s.address)
		send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if r, body := answer(t, in); r.StatusCode != 502 || !strings.Contains(body, string(diag.ConnectFailed)) {
			t.Fatalf("HTTP/2 %v: %d %s", h2, r.StatusCode, body)
		}
	}
}

// closing answers so many requests of each connection and then closes it unannounced; opened counts the connections.
func closing(t *testing.T, after int, opened *atomic.Int32) string {
	t.Helper()
	return raw(t, func(conn net.Conn, in *bufio.Reader) {
		opened.Add(1)
		for range after {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
}

// A POST that went into a connection which is being closed cannot be repeated; into one that was closed before, none is sent.
func TestConnectionsAreUsedAgain(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an unused connection's end is not seen there")
	}
	var opened atomic.Int32
	behind, dialled := closing(t, 10, &opened), make(chan net.Conn, 20)
	transport := proxy.NewTransport(proxy.TransportOptions{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		dialled <- conn
		return conn, err
	}})
	t.Cleanup(transport.Close)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Instance: "origin.1", Address: behind}
		return transport.Handle(x)
	}))
	conn, in := dial(t, s.address)
	for i := range 20 {
		if i == 10 {
			first := <-dialled
			if !eventually(func() bool { return !proxy.Quiet(first) }) {
				t.Fatal("the instance does not close")
			}
		}
		send(t, conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"+strings.Repeat("x", 5000))
		if r, _ := answer(t, in); r.StatusCode != 200 {
			t.Fatalf("request %d: %d", i, r.StatusCode)
		}
	}
	if n := opened.Load(); n != 2 {
		t.Fatalf("%d connections for 20 requests", n)
	}
}

func TestWhatMayBeRepeatedOutlivesAConnectionThatIsJustClosed(t *testing.T) {
	var opened atomic.Int32
	s := serve(t, to(t, closing(t, 1, &opened), false))
	conn, in := dial(t, s.address)
	for i := range 50 {
		send(t, conn, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\n"+strings.Repeat("x", 5000))
		if r, body := answer(t, in); r.StatusCode != 200 {
			t.Fatalf("request %d: %d %s", i, r.StatusCode, body)
		}
	}
}

func TestAPanicIsACause(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(*exchange.Exchange) error { panic("oops") }))
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if r, body := answer(t, in); r.StatusCode != 500 || !strings.Contains(body, string(diag.Internal)) || strings.Contains(body, "oops") {
		t.Fatalf("%d %s", r.StatusCode, body)
	}
}
