package h2_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// TestCrumbsOfACookieTakeNoMoreThanTheHead has many small cookie fields, each one octet of the block, make one large field.
func TestCrumbsOfACookieTakeNoMoreThanTheHead(t *testing.T) {
	const crumbs = 900
	got := make(chan int, 1)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		got <- len(x.Request.Get("cookie"))
		x.Answer(200, "text/plain", nil)
		return nil
	}))
	h := attack(t, s.address)
	crumb := strings.Repeat("c", 34)
	first := block(t, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/", "cookie", crumb)
	bomb := append(first, strings.Repeat("\xbe", crumbs-1)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: bomb, EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n != crumbs*len(crumb)+2*(crumbs-1) {
		t.Fatalf("the cookie has %d bytes", n)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Fatalf("a block of %d bytes took %d", len(bomb), took)
	}
}

// TestResetsOfWhatWasNotAnsweredBringNothing has requests that are reset while they are under way, each when the one before has ended.
func TestResetsOfWhatWasNotAnsweredBringNothing(t *testing.T) {
	const many = 5000
	over := make(chan struct{}, many)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		<-x.Ctx.Done()
		return x.Ctx.Err()
	}), func(s *proxy.Server) { s.Done = func(*exchange.Exchange) { over <- struct{}{} } })
	h := attack(t, s.address)
	fields := ordinary(t)
	away, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for n := range uint32(many) {
			err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*n + 1, BlockFragment: fields, EndStream: true, EndHeaders: true})
			if err = errors.Join(err, h.WriteRSTStream(2*n+1, http2.ErrCodeCancel)); err != nil {
				return
			}
			select {
			case <-over:
			case <-away:
				return
			}
		}
		t.Error("nobody ends the flood")
		_ = h.conn.Close()
	}()
	if code, ok := h.sentAway(); ok && code != http2.ErrCodeEnhanceYourCalm {
		t.Errorf("the code is %v", code)
	}
	close(away)
	_ = h.conn.Close()
	<-ended
}
