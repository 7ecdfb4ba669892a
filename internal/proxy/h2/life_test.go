package h2_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// TestAConnectionOutlivesTheTimeForItsPreface holds the deadline of the preface against what comes after it.
func TestAConnectionOutlivesTheTimeForItsPreface(t *testing.T) {
	const forHead = 100 * time.Millisecond
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		select {
		case <-x.Ctx.Done():
			return x.Ctx.Err()
		case <-time.After(3 * forHead):
		}
		x.Answer(200, "text/plain", []byte("late"))
		return nil
	}), func(s *proxy.Server) { s.Limits.HeadTime = forHead })
	framer := byHand(t, s.address, 1<<16, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	if got := status(t, framer); got != "200" {
		t.Fatalf("answered %s", got)
	}
}

// TestARequestThatLiesAboutItsLengthIsNoExchange has a stream that was refused before it was opened leave nothing behind.
func TestARequestThatLiesAboutItsLengthIsNoExchange(t *testing.T) {
	s := serve(t, plain("served"))
	h := attack(t, s.address)
	fields := block(t, ":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/", "content-length", "5")
	if err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields, EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	for {
		frame, err := h.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if reset, is := frame.(*http2.RSTStreamFrame); is {
			if reset.ErrCode != http2.ErrCodeProtocol {
				t.Fatalf("reset with %v", reset.ErrCode)
			}
			break
		}
	}
	_ = h.conn.Close()
	_ = s.Shutdown(t.Context())
	if n := len(s.notes); n > 0 {
		t.Fatalf("%d exchanges were recorded", n)
	}
}

// TestAStreamThatAnInstanceDoesNotTakeIsReset has an instance that never grows the window of a request's body.
func TestAStreamThatAnInstanceDoesNotTakeIsReset(t *testing.T) {
	code := make(chan http2.ErrCode, 1)
	instance := rawConn(t, func(conn net.Conn) {
		_, _ = io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface)))
		framer := http2.NewFramer(conn, conn)
		_ = framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 10})
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if reset, is := frame.(*http2.RSTStreamFrame); is {
				code <- reset.ErrCode
			}
		}
	})
	s := serve(t, overWith(t, instance, proxy.TransportOptions{WritePause: 100 * time.Millisecond}))
	r, _ := http.NewRequest("POST", "http://"+s.address+"/", strings.NewReader(strings.Repeat("x", 1<<20)))
	answer, err := h2c(t).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	select {
	case got := <-code:
		if answer.StatusCode != 502 || got != http2.ErrCodeCancel {
			t.Fatalf("%d, %v", answer.StatusCode, got)
		}
	case <-time.After(within):
		t.Fatalf("the stream was not reset; the client was answered %d", answer.StatusCode)
	}
}

// TestConnectionsThatRestMakeRoom has clients that open connections and send nothing, as many as there may be.
func TestConnectionsThatRestMakeRoom(t *testing.T) {
	const most = 3
	s := serve(t, plain("served"), func(s *proxy.Server) { s.Limits.Connections = most })
	var all []*hostile
	for range most {
		h := attack(t, s.address)
		for {
			frame, err := h.ReadFrame()
			if err != nil {
				t.Fatal(err)
			}
			if settings, is := frame.(*http2.SettingsFrame); is && settings.IsAck() {
				break
			}
		}
		all = append(all, h)
	}
	r, _ := http.NewRequest("GET", "http://"+s.address+"/", nil)
	answer, err := h2c(t).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if body, _ := io.ReadAll(answer.Body); string(body) != "served" {
		t.Fatalf("answered %d %q", answer.StatusCode, body)
	}
	away := make(chan http2.ErrCode, most)
	for _, h := range all {
		go func() {
			if code, ok := h.sentAway(); ok {
				away <- code
			}
		}()
	}
	if code := <-away; code != http2.ErrCodeNo {
		t.Fatalf("the one that made room was sent away with %v", code)
	}
}
