package h2_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// byHand opens an HTTP/2 connection with a window of the given size for each stream, and sends one request on stream 1.
func byHand(t *testing.T, address string, window uint32, fields ...string) *http2.Framer {
	t.Helper()
	conn, _ := dial(t, address)
	send(t, conn, http2.ClientPreface)
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		if err := encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: window}); err != nil {
		t.Fatal(err)
	}
	if err := framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	return framer
}

// status reads up to the answer's head.
func status(t *testing.T, framer *http2.Framer) string {
	t.Helper()
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if head, is := frame.(*http2.MetaHeadersFrame); is {
			return head.PseudoValue("status")
		}
	}
}

func TestHTTP2RequestLinesThatCannotBeWritten(t *testing.T) {
	s := serve(t, to(t, origin(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "reached") }), false))
	rows := []struct{ sentence, method, path, want string }{
		{"an ordinary one passes", "GET", "/a?b=c", "200"},
		{"a space in the method would be another request line", "GET /admin HTTP/1.1", "/", "400"},
		{"a space in the path too", "GET", "/a b", "400"},
		{"in the query as well", "GET", "/a?b c", "400"},
		{"a fragment is not sent", "GET", "/a?b#c", "400"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			framer := byHand(t, s.address, 1<<16, ":method", row.method, ":scheme", "http", ":authority", "a", ":path", row.path)
			if got := status(t, framer); got != row.want {
				t.Fatalf("answered %s", got)
			}
			s.record(t)
		})
	}
}

func TestAnHTTP2ClientThatTakesNothingIsLet(t *testing.T) {
	rows := []struct {
		sentence string
		window   uint32
		answer   exchange.Handler
	}{
		{"of a body without end", 1 << 10, exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Reply.Head.Status, x.Reply.Body, x.Reply.Length = 200, zeros{}, exchange.Unknown
			return nil
		})},
		{"of a small one that waits for the end", 0, plain("small")},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := serve(t, row.answer, func(s *proxy.Server) { s.Limits.WritePause = 50 * time.Millisecond })
			framer := byHand(t, s.address, row.window, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
			for {
				frame, err := framer.ReadFrame()
				if err != nil {
					t.Fatal(err)
				}
				if _, reset := frame.(*http2.RSTStreamFrame); reset {
					break
				}
			}
			s.record(t)
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAnHTTP2UploadThatIsGivenUpIsNotTheClientsFault(t *testing.T) {
	silent := rawConn(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	next := to(t, silent, false)
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Deadline = time.Now().Add(50 * time.Millisecond)
		return next.Handle(x)
	}))
	body, slow := io.Pipe()
	defer func() { _ = slow.Close() }()
	go func() { _, _ = io.WriteString(slow, "begun") }()
	r, err := http.NewRequest("PUT", "http://"+s.address+"/", body) // which the client closes when it has the answer
	if err != nil {
		t.Fatal(err)
	}
	answer, err := h2c(t).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if n := s.record(t); answer.StatusCode != 504 || problem.CauseOf(n.note.Cause).Code != diag.UpstreamTimeout {
		t.Fatalf("%d, %v", answer.StatusCode, n.note.Cause)
	}
}

// TestAWindowBelowZeroHoldsUpNothingButData has a client take back what it let be sent, just before the end without data
// (RFC 9113 §6.9.2).
func TestAWindowBelowZeroHoldsUpNothingButData(t *testing.T) {
	body, more := io.Pipe()
	s := serve(t, exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Reply.Head.Status, x.Reply.Body, x.Reply.Length = 200, body, exchange.Unknown
		return nil
	}))
	framer := byHand(t, s.address, 100, ":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/")
	go func() { _, _ = more.Write(make([]byte, 100)) }()
	acknowledged := 0
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.(type) {
		case *http2.DataFrame:
			if f.StreamEnded() {
				return
			}
			if err := framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}); err != nil {
				t.Fatal(err)
			}
		case *http2.SettingsFrame:
			if f.IsAck() {
				if acknowledged++; acknowledged == 2 {
					_ = more.Close()
				}
			}
		}
	}
}
