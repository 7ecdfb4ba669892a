package h2_test

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy"
)

// TestAnInstanceThatDoesNotFollowHTTP2 has answers that are malformed (RFC 9113 §8.1).
func TestAnInstanceThatDoesNotFollowHTTP2(t *testing.T) {
	rows := []struct {
		sentence string
		answer   func(f *http2.Framer, id uint32) error
	}{
		{"a body before its head", func(f *http2.Framer, id uint32) error {
			_ = f.WriteData(id, false, []byte("body"))
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(t, ":status", "200"), EndHeaders: true, EndStream: true})
		}},
		{"informational answers without end, each when the one before was passed on", func(f *http2.Framer, id uint32) error {
			for range 1000 {
				if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(t, ":status", "103"), EndHeaders: true}); err != nil {
					return err
				}
				if err := f.WritePing(false, [8]byte{}); err != nil { // whose answer shows that they were read
					return err
				}
				if frame, err := f.ReadFrame(); err != nil || frame.Header().Type == http2.FrameRSTStream {
					return err
				}
			}
			return f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block(t, ":status", "200"), EndHeaders: true, EndStream: true})
		}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			instance := rawConn(t, func(conn net.Conn) {
				_, _ = io.CopyN(io.Discard, conn, int64(len(http2.ClientPreface)))
				f := http2.NewFramer(conn, conn)
				_ = f.WriteSettings()
				for {
					frame, err := f.ReadFrame()
					if err != nil {
						return
					}
					if head, is := frame.(*http2.HeadersFrame); is && row.answer(f, head.StreamID) != nil {
						return
					}
				}
			})
			s := serve(t, overWith(t, instance, proxy.TransportOptions{}))
			r, _ := http.NewRequest("GET", "http://"+s.address+"/", strings.NewReader(""))
			answer, err := h2c(t).RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			if n := s.record(t); answer.StatusCode != 502 || problem.CauseOf(n.note.Cause).Code != diag.BadAnswer {
				t.Fatalf("%d, %v", answer.StatusCode, n.note.Cause)
			}
		})
	}
}
