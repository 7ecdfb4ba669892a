package proxy

import (
	"io"

	"github.com/banyan-run/banyan/internal/exchange"
)

// answerBody is the body of an answer as it comes over an HTTP/1 connection.
type answerBody struct {
	u       *upstream
	x       *exchange.Exchange
	kind    coding
	length  int64
	left    int64
	chunks  chunked
	trailer exchange.Head
	err     error
}

// begin frames the body (RFC 9112 §6.3).
func (b *answerBody) begin(u *upstream, x *exchange.Exchange) {
	trailer := b.trailer
	trailer.Reset()
	*b = answerBody{u: u, x: x, trailer: trailer, length: exchange.Unknown}
	switch f := &u.frame; {
	case Bodiless(x.Request.Method, u.head.Status), f.length == 0:
		b.kind = none
	case f.chunked:
		b.kind = inChunks
		b.chunks = chunked{from: &u.in, trailer: &b.trailer}
	case f.length > 0:
		b.kind, b.length, b.left = sized, f.length, f.length
	default:
		b.kind = untilClose
	}
}

func (b *answerBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.read(p)
	if err != nil && err != io.EOF {
		err = b.u.cause(b.x, err)
	}
	b.err = err
	return n, err
}

func (b *answerBody) read(p []byte) (int, error) {
	switch b.kind {
	case inChunks:
		return b.chunks.Read(p)
	case untilClose:
		return b.u.in.Read(p)
	case none:
		return 0, io.EOF
	}
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.u.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if n > 0 {
		err = nil
	}
	return n, cutShort(err)
}

// ready is how many bytes can be read without waiting.
func (b *answerBody) ready() int {
	if b.kind == inChunks {
		return b.chunks.ready()
	}
	return len(b.u.in.buffered())
}

// complete tells whether nothing of the body is left on the connection, which then may be used again.
func (b *answerBody) complete() bool {
	switch b.kind {
	case none:
		return true
	case sized:
		return b.left == 0
	case inChunks:
		return b.chunks.done
	}
	return false
}
