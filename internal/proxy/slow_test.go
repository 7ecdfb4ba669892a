package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// crowd opens so many connections that send text and then nothing.
func crowd(t *testing.T, address string, many int, text string) []*bufio.Reader {
	t.Helper()
	all := make([]*bufio.Reader, many)
	for i := range all {
		var conn *net.TCPConn
		conn, all[i] = dial(t, address)
		send(t, conn, text)
	}
	return all
}

// Hostile peers that are slow in each way are ended, and an ordinary client beside them is served all the time.
func TestSlowPeersAreShedWhileOthersAreServed(t *testing.T) {
	const many, pause = 200, 500 * time.Millisecond
	rows := []struct{ sentence, text, end string }{
		{"slow heads", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "HTTP/1.1 408 "},
		{"slow bodies", "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfive ", "HTTP/1.1 408 "},
		{"slow readers", "GET /large HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 "},
		{"silent ones", "", ""},
	}
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		if _, err := io.Copy(io.Discard, &x.Body); err != nil {
			return err
		}
		x.Answer(200, "text/plain", []byte("ok"))
		if x.Request.Path == "/large" {
			x.Reply.Body, x.Reply.Length = zeros{}, 1<<30
		}
		return nil
	}), func(s *proxy.Server) {
		s.Limits = proxy.Limits{HeadTime: pause, BodyPause: pause, WritePause: pause}
		s.Done = nil
	})
	var slow [][]*bufio.Reader
	for _, row := range rows {
		slow = append(slow, crowd(t, s.address, many, row.text))
	}
	conn, in := dial(t, s.address)
	ordinary := func() {
		send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		if r, body := answer(t, in); r.StatusCode != 200 || body != "ok" {
			t.Fatalf("beside slow peers an ordinary request is answered %d %q", r.StatusCode, body)
		}
	}
	for i, row := range rows {
		for _, one := range slow[i] {
			ordinary()
			if got := begins(one, len(row.end)); got != row.end {
				t.Fatalf("%s: answered %q", row.sentence, got)
			}
			if row.sentence == "slow readers" {
				continue // its end is seen below: reading here would make it a fast one
			}
			if _, err := io.Copy(io.Discard, one); err != nil && strings.Contains(err.Error(), "timeout") {
				t.Fatalf("%s: the connection stays: %v", row.sentence, err)
			}
		}
	}
	if !eventually(func() bool { ordinary(); return s.Open() == 1 }) {
		t.Fatalf("%d connections are left", s.Open())
	}
}

func begins(in *bufio.Reader, n int) string {
	text := make([]byte, n)
	read, _ := io.ReadFull(in, text)
	return string(text[:read])
}

func TestTheNumberOfConnectionsIsBounded(t *testing.T) {
	work := make(chan struct{})
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		if x.Request.Path == "/work" {
			<-work
		}
		x.Answer(200, "text/plain", []byte("ok"))
		return nil
	}), func(s *proxy.Server) { s.Limits.Connections = 3 })
	finish := sync.OnceFunc(func() { close(work) })
	t.Cleanup(finish)
	idle, idleIn := dial(t, s.address)
	send(t, idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	answer(t, idleIn)
	_, lateIn := dial(t, s.address)
	late, slowIn := dial(t, s.address)
	send(t, late, "GET / HT")
	_ = lateIn
	var busy []*bufio.Reader
	for i := range 3 { // each takes the place of one that does no work
		conn, in := dial(t, s.address)
		send(t, conn, "GET /work HTTP/1.1\r\nHost: a\r\n\r\n")
		busy = append(busy, in)
		if !eventually(func() bool { return s.Working() == i+1 }) {
			t.Fatalf("%d connections work", s.Working())
		}
	}
	for name, in := range map[string]*bufio.Reader{"idle": idleIn, "silent": lateIn, "whose head is slow": slowIn} {
		if rest, err := io.ReadAll(in); err != nil {
			t.Fatalf("the connection that is %s stays: %q, %v", name, rest, err)
		}
	}
	_, refused := dial(t, s.address)
	if got := begins(refused, len("HTTP/1.1 503 ")); got != "HTTP/1.1 503 " {
		t.Fatalf("one too many is answered %q", got)
	}
	finish()
	for _, in := range busy {
		if r, _ := answer(t, in); r.StatusCode != 200 {
			t.Fatalf("one at work is answered %d", r.StatusCode)
		}
	}
}

func TestLargeHeadsShareABound(t *testing.T) {
	s := serve(t, plain("ok"), func(s *proxy.Server) { s.Limits.Memory = 16 << 10 })
	large := fmt.Sprintf("GET / HTTP/1.1\r\nHost: a\r\nX: %s\r\n\r\n", strings.Repeat("x", 10<<10))
	hold, holdIn := dial(t, s.address)
	send(t, hold, large[:len(large)-2])
	refused := func() bool {
		conn, in := dial(t, s.address)
		send(t, conn, large)
		r, _ := answer(t, in)
		return r.StatusCode == 503
	}
	if !eventually(refused) { // once the first one has come
		t.Fatal("a large head over the bound is served")
	}
	send(t, hold, "\r\n")
	answer(t, holdIn)
	for range 3 {
		send(t, hold, large)
		if r, _ := answer(t, holdIn); r.StatusCode != 200 {
			t.Fatalf("what was given back is not there: %d", r.StatusCode)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }
