package proxy

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// inBody is a request's body as it comes over an HTTP/1 connection: the source of an exchange.Body.
type inBody struct {
	c       *connection
	length  int64 // Content-Length
	left    int64
	coded   bool
	chunks  chunked
	trailer exchange.Head
	count   int64
	// failed is why it broke; it is there once broken is set.
	failed error
	broken atomic.Bool
	// complete is set when nothing of the body is left on the connection.
	complete    atomic.Bool
	interrupted atomic.Bool
	// promise is whether the client waits for 100 (Continue).
	promise   atomic.Int32
	continued chan struct{} // closed when 100 has gone
}

// What became of `Expect: 100-continue`.
const (
	noPromise int32 = iota
	awaited
	kept
	withheld
)

// rest is at most how many bytes are still to come; Unknown in chunks.
func (b *inBody) rest() int64 {
	if b.coded {
		return exchange.Unknown
	}
	return b.length
}

// begin makes b the body that f frames, and x's.
func (b *inBody) begin(x *exchange.Exchange, f *framing) {
	b.length, b.coded, b.count, b.failed = max(f.length, 0), f.chunked, 0, nil
	b.left = b.length
	// Each is looked at first: a store that others must see at once costs more than most that is done for a request.
	set(&b.interrupted, false)
	set(&b.broken, false)
	set(&b.complete, !b.coded && b.left == 0)
	if b.promise.Load() != noPromise {
		b.promise.Store(noPromise)
	}
	if b.complete.Load() {
		x.Body.Reset(nil, 0)
		return
	}
	if f.expects && x.Request.Proto == exchange.HTTP11 {
		b.promise.Store(awaited)
		b.continued = make(chan struct{})
	}
	if !b.coded {
		x.Body.Reset(b, b.left)
		return
	}
	b.trailer.Reset()
	b.chunks = chunked{from: &b.c.in, trailer: &b.trailer}
	x.Body.Reset(b, exchange.Unknown)
	x.Body.Trailer = &b.trailer
}

func (b *inBody) Read(p []byte) (int, error) {
	switch {
	case b.complete.Load():
		return 0, io.EOF
	case b.failed != nil:
		return 0, b.failed
	}
	b.keepPromise()
	if err := b.c.patience(b.c.server.limits.BodyPause); err != nil {
		return 0, b.fail(err)
	}
	if b.interrupted.Load() {
		return 0, exchange.ErrInterrupted
	}
	n, err := b.read(p)
	b.count += int64(n)
	if err == io.EOF {
		b.complete.Store(true)
		return n, err
	}
	if err != nil {
		return n, b.fail(err)
	}
	return n, nil
}

func (b *inBody) read(p []byte) (int, error) {
	if b.coded {
		return b.chunks.Read(p)
	}
	n, err := b.c.in.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.left == 0 {
		b.complete.Store(true)
		return n, nil
	}
	if n > 0 {
		err = nil
	}
	return n, cutShort(err)
}

// fail makes err the client's fault, but for an interruption, which is nobody's.
func (b *inBody) fail(err error) error {
	switch {
	case b.interrupted.Load() && errors.Is(err, os.ErrDeadlineExceeded):
		return exchange.ErrInterrupted
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errBodySlow
	case !isViolation(err):
		err = errCutShort // a reset is no better than a FIN
	}
	b.failed = asRequest(err)
	b.broken.Store(true)
	return b.failed
}

func isViolation(err error) bool {
	var v *violation
	return errors.As(err, &v)
}

// keepPromise sends 100 (Continue) at the first read, unless the answer has begun (RFC 9110 §10.1.1).
func (b *inBody) keepPromise() {
	if b.promise.Load() != awaited || !b.promise.CompareAndSwap(awaited, kept) {
		return
	}
	// A write that fails shows again at the read that follows.
	_ = b.c.push([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	close(b.continued)
}

// withhold says that the answer begins: no 100 comes any more. A client that waits for one may never send the body.
func (b *inBody) withhold() {
	if b.promise.Load() == noPromise || b.promise.CompareAndSwap(awaited, withheld) {
		return
	}
	if b.promise.Load() == kept {
		<-b.continued
	}
}

// Interrupt ends a Read that waits.
func (b *inBody) Interrupt() {
	b.interrupted.Store(true)
	if !b.complete.Load() {
		b.c.conn.wake()
	}
}

// Resume lets Read go on.
func (b *inBody) Resume() { set(&b.interrupted, false) }

func set(flag *atomic.Bool, to bool) {
	if flag.Load() != to {
		flag.Store(to)
	}
}

// longAgo is a deadline that ends a read which waits.
func longAgo() time.Time { return time.Unix(1, 0) }

// drain reads what is left up to the bound, and tells whether the connection can go on.
func (b *inBody) drain(scratch []byte, bound int64, until time.Time) bool {
	if b.promise.Load() == withheld && !b.complete.Load() {
		return false
	}
	for !b.complete.Load() && b.failed == nil && bound > 0 && time.Now().Before(until) {
		if b.c.patienceUntil(until) != nil {
			return false
		}
		n, err := b.read(scratch)
		b.count += int64(n)
		bound -= int64(n)
		if err == io.EOF {
			b.complete.Store(true)
		} else if err != nil {
			_ = b.fail(err)
		}
	}
	return b.complete.Load()
}
