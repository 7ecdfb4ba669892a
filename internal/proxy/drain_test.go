package proxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

func TestShutdownLetsOpenExchangesFinish(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		close(begun)
		<-finish
		x.Answer(200, "text/plain", []byte("done"))
		return nil
	}))
	idle, idleIn := dial(t, s.address)
	_ = idle
	conn, in := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-begun
	down := make(chan error, 1)
	go func() { down <- s.Shutdown(context.Background()) }()
	if _, err := idleIn.ReadByte(); err != io.EOF {
		t.Fatalf("a connection that waits is not closed: %v", err)
	}
	close(finish)
	if r, body := answer(t, in); r.StatusCode != 200 || body != "done" {
		t.Fatalf("%d %q", r.StatusCode, body)
	}
	if err := <-down; err != nil {
		t.Fatal(err)
	}
}

func TestShutdownCutsWhatOutlastsIt(t *testing.T) {
	begun := make(chan struct{})
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		close(begun)
		<-x.Ctx.Done()
		return x.Ctx.Err()
	}))
	conn, _ := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-begun
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
}

func TestDrainingUnderLoadDropsNothing(t *testing.T) {
	s := serve(t, plain("ok"))
	var failed, served atomic.Int64
	var clients sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: within}
	defer client.CloseIdleConnections()
	for range 8 {
		clients.Go(func() {
			for {
				r, err := client.Get("http://" + s.address)
				if err != nil {
					// Once the listener is closed nothing can be asked; anything else was dropped.
					if !strings.Contains(err.Error(), "connection refused") && !strings.Contains(err.Error(), "reset by peer") {
						failed.Add(1)
						t.Log(err)
					}
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
				served.Add(1)
			}
		})
	}
	if !eventually(func() bool { return served.Load() > 200 }) {
		t.Fatal("too little was served")
	}
	if err := s.Shutdown(context.Background()); err != nil {
		t.Fatal(err)
	}
	clients.Wait()
	if failed.Load() > 0 {
		t.Fatalf("%d of %d requests were dropped", failed.Load(), served.Load())
	}
}

func TestASlowReaderIsGivenUp(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Reply.Head.Status, x.Reply.Length = 200, exchange.Unknown
		x.Reply.Body = endless{}
		return nil
	}), func(s *proxy.Server) { s.Limits.WritePause = 50 * time.Millisecond })
	conn, _ := dial(t, s.address)
	send(t, conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if n := s.record(t); n.note.Cause == nil {
		t.Fatalf("%+v", n.note)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
