package h2_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// hostile is a client that says what it likes.
type hostile struct {
	*http2.Framer
	conn net.Conn
}

func attack(t *testing.T, address string) *hostile {
	t.Helper()
	conn, _ := dial(t, address)
	send(t, conn, http2.ClientPreface)
	h := &hostile{http2.NewFramer(conn, conn), conn}
	h.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := h.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	return h
}

// block encodes fields, name and value in turn.
func block(t *testing.T, fields ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	encoder := hpack.NewEncoder(&out)
	for i := 0; i < len(fields); i += 2 {
		if err := encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func ordinary(t *testing.T) []byte {
	return block(t, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
}

// sentAway reads until GOAWAY and returns its code; ok is false when the connection ended without one.
func (h *hostile) sentAway() (code http2.ErrCode, ok bool) {
	for {
		frame, err := h.ReadFrame()
		if errors.Is(err, io.EOF) || err != nil {
			return 0, false
		}
		if away, is := frame.(*http2.GoAwayFrame); is {
			return away.ErrCode, true
		}
	}
}

func TestAFloodIsEndedAndOthersAreServed(t *testing.T) {
	rows := []struct {
		sentence string
		flood    func(h *hostile, n uint32) error
	}{
		{"of requests that are reset at once", func(h *hostile, n uint32) error {
			id := 2*n + 1
			fields := ordinary(t)
			if err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: fields, EndHeaders: true}); err != nil {
				return err
			}
			return h.WriteRSTStream(id, http2.ErrCodeCancel)
		}},
		{"of pings", func(h *hostile, _ uint32) error { return h.WritePing(false, [8]byte{}) }},
		{"of settings", func(h *hostile, _ uint32) error { return h.WriteSettings() }},
		{"of priorities", func(h *hostile, n uint32) error { return h.WritePriority(2*n+1, http2.PriorityParam{}) }},
		{"of empty frames of a body", func(h *hostile, n uint32) error {
			if n == 0 {
				return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: ordinary(t), EndHeaders: true})
			}
			return h.WriteData(1, false, nil)
		}},
		{"of parts of one head", func(h *hostile, n uint32) error {
			if n == 0 {
				return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: ordinary(t)})
			}
			return h.WriteContinuation(1, false, nil)
		}},
		{"of acknowledgements that nobody asked for", func(h *hostile, n uint32) error {
			if n%2 == 0 {
				return h.WriteSettingsAck()
			}
			return h.WritePing(true, [8]byte{})
		}},
		{"of settings in one frame", func(h *hostile, _ uint32) error {
			return h.WriteSettings(slices.Repeat([]http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 1}}, 101)...)
		}},
		{"of windows that grow by next to nothing", func(h *hostile, _ uint32) error { return h.WriteWindowUpdate(0, 1) }},
		{"of padding", func(h *hostile, n uint32) error {
			if n == 0 {
				return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: ordinary(t), EndHeaders: true})
			}
			return h.WriteDataPadded(1, false, nil, []byte{0})
		}},
		{"of resets of what is over", func(h *hostile, n uint32) error {
			if n == 0 {
				return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: ordinary(t), EndHeaders: true, EndStream: true})
			}
			return h.WriteRSTStream(1, http2.ErrCodeCancel)
		}},
		{"of trailers of what was reset", func(h *hostile, n uint32) error {
			if n == 0 {
				return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(t, "a", "b"), EndHeaders: true})
			}
			return h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block(t, "a", "b"), EndHeaders: true})
		}},
		{"of frames of a kind that nobody knows", func(h *hostile, _ uint32) error { return h.WriteRawFrame(0x55, 0, 1, nil) }},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := serve(t, plain("served"), func(s *proxy.Server) { s.Done = nil })
			h := attack(t, s.address)
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				const many = 100_000
				for n := range uint32(many) {
					if row.flood(h, n) != nil {
						return // it was let
					}
				}
				t.Error("nobody ends the flood")
			}()
			if code, ok := h.sentAway(); ok && code != http2.ErrCodeEnhanceYourCalm {
				t.Errorf("the code is %v", code)
			}
			_ = h.conn.Close()
			<-ended
			r, _ := http.NewRequest("GET", "http://"+s.address+"/", nil)
			answer, err := h2c(t).RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			if body, _ := io.ReadAll(answer.Body); string(body) != "served" {
				t.Fatalf("another is answered %q", body)
			}
		})
	}
}

// TestAHeadThatUnfoldsIsRefused has a small block name one large field again and again.
func TestAHeadThatUnfoldsIsRefused(t *testing.T) {
	s := serve(t, plain("served"))
	h := attack(t, s.address)
	first := block(t, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/", "x", strings.Repeat("y", 4000))
	if err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: first, EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	// Entry 62 is the newest of the dynamic table (RFC 7541 §2.3.3), by then the authority again; 63 is the large one.
	bomb := append(ordinary(t), bytes.Repeat([]byte{0x80 | 63}, 10_000)...)
	if err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 3, BlockFragment: bomb, EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	answers := map[uint32]string{}
	for len(answers) < 2 {
		frame, err := h.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if head, is := frame.(*http2.MetaHeadersFrame); is {
			answers[head.StreamID] = head.PseudoValue("status")
		}
	}
	if answers[1] != "200" || answers[3] != "431" {
		t.Fatalf("%v", answers)
	}
}

func TestManyStreamsThatTakeNothingHoldUpNobody(t *testing.T) {
	s := serve(t, plain(strings.Repeat("x", 1<<20)), func(s *proxy.Server) {
		s.Done = nil
		s.Limits.WritePause = 200 * time.Millisecond
	})
	for range 20 {
		h := attack(t, s.address)
		for n := range uint32(20) {
			err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: 2*n + 1, BlockFragment: ordinary(t), EndStream: true, EndHeaders: true})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	r, _ := http.NewRequest("GET", "http://"+s.address+"/", nil)
	answer, err := h2c(t).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, answer.Body); n != 1<<20 || err != nil {
		t.Fatalf("%d bytes, %v", n, err)
	}
}

// TestUploadsThatAreRefusedCostTheClientNothing has what a client sent before it could know ignored, and not held against it.
func TestUploadsThatAreRefusedCostTheClientNothing(t *testing.T) {
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Answer(403, "text/plain", []byte("no"))
		return nil
	}), func(s *proxy.Server) { s.Done = nil })
	h := attack(t, s.address)
	if err := h.WriteWindowUpdate(0, 1<<20); err != nil {
		t.Fatal(err)
	}
	fields := block(t, ":method", "POST", ":scheme", "http", ":authority", "a", ":path", "/")
	answered := make(chan error, 1)
	const uploads, atOnce = 500, 100
	open := make(chan struct{}, atOnce)
	go func() {
		for n := 0; n < uploads; {
			frame, err := h.ReadFrame()
			if err != nil {
				answered <- err
				return
			}
			if head, is := frame.(*http2.MetaHeadersFrame); is && head.PseudoValue("status") == "403" {
				n++
				<-open
			}
		}
		answered <- nil
	}()
	for n := range uint32(uploads) {
		select {
		case open <- struct{}{}:
		case err := <-answered:
			t.Fatal(err)
		}
		id := 2*n + 1
		err := h.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: fields, EndHeaders: true})
		for range 4 {
			err = errors.Join(err, h.WriteData(id, false, make([]byte, 1000)))
		}
		// Every other one ends as if nothing had happened, by a trailer.
		if n%2 == 0 {
			trailer := http2.HeadersFrameParam{StreamID: id, BlockFragment: block(t, "x-sum", "1"), EndStream: true, EndHeaders: true}
			err = errors.Join(err, h.WriteHeaders(trailer))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
}
