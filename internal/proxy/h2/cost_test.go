package h2_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
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

// TestMemoryIsBoundedOverAllConnections has a server with next to none: what is usual is served, what is much is refused.
func TestMemoryIsBoundedOverAllConnections(t *testing.T) {
	rows := []struct {
		sentence string
		body     int
		fields   []string
		streams  uint32
		want     http2.ErrCode
	}{
		{"a large head is refused, and may be sent again", 0, []string{"x", strings.Repeat("x", 20<<10)}, 1, http2.ErrCodeRefusedStream},
		{"so is a stream beyond the first few", 0, []string{"x", "y"}, 5, http2.ErrCodeRefusedStream},
		{"a body that nobody reads is let go", 20 << 10, []string{"x", "y"}, 1, http2.ErrCodeEnhanceYourCalm},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
				<-x.Ctx.Done()
				return x.Ctx.Err()
			}), func(s *proxy.Server) { s.Limits.Memory = 1 << 10 })
			h := attack(t, s.address)
			fields := block(t, append([]string{":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/"}, row.fields...)...)
			for n := range row.streams {
				part := fields[:min(len(fields), 16<<10)]
				whole := len(part) == len(fields)
				err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*n + 1, BlockFragment: part, EndHeaders: whole})
				if !whole {
					err = errors.Join(err, h.WriteContinuation(2*n+1, true, fields[len(part):]))
				}
				for left := row.body; left > 0; left -= 4 << 10 {
					err = errors.Join(err, h.WriteData(2*n+1, false, make([]byte, 4<<10)))
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			for {
				frame, err := h.ReadFrame()
				if err != nil {
					t.Fatal(err)
				}
				if reset, is := frame.(*http2.RSTStreamFrame); is {
					if last := 2*row.streams - 1; reset.StreamID != last || reset.ErrCode != row.want {
						t.Fatalf("stream %d is reset with %v", reset.StreamID, reset.ErrCode)
					}
					return
				}
			}
		})
	}
}

// TestAnIdleConnectionKeepsNoGoroutines has many streams at once, and then none.
func TestAnIdleConnectionKeepsNoGoroutines(t *testing.T) {
	const many = 30
	open, goOn := make(chan struct{}, many), make(chan struct{})
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		open <- struct{}{}
		<-goOn
		x.Answer(200, "text/plain", nil)
		return nil
	}))
	h := attack(t, s.address)
	before := runtime.NumGoroutine()
	for n := range uint32(many) {
		err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*n + 1, BlockFragment: ordinary(t), EndStream: true, EndHeaders: true})
		if err != nil {
			t.Fatal(err)
		}
		<-open
	}
	close(goOn)
	for range many {
		s.record(t)
	}
	for begun := time.Now(); runtime.NumGoroutine() > before+2; <-time.After(10 * time.Millisecond) {
		if time.Since(begun) > within {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// TestWhatTheServerResetsIsEnded has a client provoke the reset of a request that is under way (CVE-2025-8671).
func TestWhatTheServerResetsIsEnded(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		<-x.Ctx.Done()
		return x.Ctx.Err()
	}))
	h := attack(t, s.address)
	err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: ordinary(t), EndStream: true, EndHeaders: true})
	if err = errors.Join(err, h.WriteWindowUpdate(1, 1<<31-1)); err != nil {
		t.Fatal(err)
	}
	if code := problem.CauseOf(s.record(t).note.Cause).Code; code != diag.ClientGone {
		t.Fatalf("recorded as %s", code)
	}
}
