package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/exchange"
)

// feed is a connection that gives text, a piece at a time.
type feed struct {
	net.Conn
	text  []byte
	piece int
}

func (f *feed) Read(p []byte) (int, error) {
	if len(f.text) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), max(f.piece, 1))], f.text)
	f.text = f.text[n:]
	return n, nil
}

func parse(data []byte) (*exchange.Exchange, *framing, error) {
	line := 0
	end, err := headEnd(data, &line)
	if err != nil {
		return nil, nil, err
	}
	if end == 0 {
		return nil, nil, io.ErrUnexpectedEOF
	}
	x, f := &exchange.Exchange{Ctx: context.Background()}, &framing{}
	limits := Limits{}.orDefaults()
	err = parseRequest(bytes.Clone(data[:end]), &x.Request, f, &limits)
	x.Body.Reset(nil, 0)
	return x, f, err
}

// What the parser takes is written such that it reads the same again, and such that net/http, another reader, sees the
// same message: a difference between two readers is what smuggling needs.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /a?b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close, x\r\nX: 1\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
		"GET http://a/b HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		x, frame, err := parse(data)
		if err != nil {
			return
		}
		written := appendRequest(nil, x)
		again, _, err := parse(written)
		if err != nil {
			if x.Request.Authority == "" {
				return // HTTP/1.0 without Host: there is none to write
			}
			t.Fatalf("%q is written as %q, which is refused: %v", data, written, err)
		}
		if second := appendRequest(nil, again); !bytes.Equal(written, second) {
			t.Fatalf("%q is written as %q, and that as %q", data, written, second)
		}
		other, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(data)))
		if err != nil {
			return // net/http may be stricter
		}
		if length := max(frame.length, 0); !frame.chunked && other.ContentLength != length || frame.chunked != (other.ContentLength == -1) {
			t.Fatalf("%q is framed by length %d, chunked %v; net/http says %d", data, frame.length, frame.chunked, other.ContentLength)
		}
	})
}

// What the parser takes of an instance is what net/http sees: the same status, and a body that ends at the same byte.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",
		"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
		"HTTP/1.0 404 Not Found\r\nX: 1\r\n\r\n",
		"HTTP/1.1 204 No Content\r\n\r\n",
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		line := 0
		end, err := headEnd(data, &line)
		if err != nil || end == 0 {
			return
		}
		var head exchange.Head
		var frame framing
		limits := Limits{}.orDefaults()
		if parseAnswer(bytes.Clone(data[:end]), &head, &frame, &limits) != nil {
			return
		}
		other, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data[:end])), nil)
		if err != nil {
			return // net/http refuses more
		}
		defer func() { _ = other.Body.Close() }()
		if other.StatusCode != head.Status {
			t.Fatalf("%q has status %d, net/http reads %d", data[:end], head.Status, other.StatusCode)
		}
		if Bodiless("GET", head.Status) {
			return
		}
		if chunked := len(other.TransferEncoding) == 1; chunked != frame.chunked || !chunked && other.ContentLength != frame.length {
			t.Fatalf("%q: %+v, net/http reads %d bytes in %v", data[:end], frame, other.ContentLength, other.TransferEncoding)
		}
	})
}

func FuzzChunked(f *testing.F) {
	for _, seed := range []string{"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "5;a=b\r\nhello\r\n00\r\nX: y\r\n\r\n", "fffffffffffffff\r\nx", "5\nhello\n0\n\n"} {
		f.Add([]byte(seed), 1)
		f.Add([]byte(seed), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, piece int) {
		body, err := dechunk(data, piece)
		whole, wholeErr := dechunk(data, len(data)+1)
		if (err == nil) != (wholeErr == nil) || !bytes.HasPrefix(whole, body) && !bytes.HasPrefix(body, whole) {
			t.Fatalf("%q in pieces of %d is %q, %v; whole it is %q, %v", data, piece, body, err, whole, wholeErr)
		}
		if err != nil {
			return
		}
		other, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(data)))
		if err == nil && !bytes.Equal(other, body) {
			t.Fatalf("%q is %q, net/http reads %q", data, body, other)
		}
	})
}

func dechunk(data []byte, piece int) ([]byte, error) {
	var in source
	in.reset(&feed{text: bytes.Clone(data), piece: piece}, small)
	var trailer exchange.Head
	return io.ReadAll(&chunked{from: &in, trailer: &trailer})
}

func TestATrailerSectionMayBeLargerThanTheBuffer(t *testing.T) {
	text := "3\r\nyes\r\n0\r\nX: " + strings.Repeat("y", 2*small-100) + "\r\n\r\n"
	if body, err := dechunk([]byte(text), 1000); err != nil || string(body) != "yes" {
		t.Fatalf("%q, %v", body, err)
	}
	text = strings.Replace(text, "X: ", "X: "+strings.Repeat("y", trailerBytes), 1)
	if _, err := dechunk([]byte(text), 1000); !errors.Is(err, errHeadLarge) {
		t.Fatalf("%v", err)
	}
}
