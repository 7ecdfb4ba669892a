package proxy

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// buffer is what an answer goes through; a connection has it while it answers.
func (c *connection) buffer() *[]byte {
	if c.out == nil {
		c.out, _ = outBuffers.Get().(*[]byte)
	}
	return c.out
}

func (c *connection) giveBack() {
	if c.out != nil {
		outBuffers.Put(c.out)
		c.out = nil
	}
}

// coding is how the end of an answer's body is told.
type coding int

const (
	none coding = iota
	sized
	inChunks
	untilClose
)

// answer writes the reply to the client.
func (c *connection) answer(x *exchange.Exchange) {
	c.body.withhold()
	if x.Ctx.Err() != nil && x.Note.Cause != nil && problem.CauseOf(x.Note.Cause).Code == diag.ClientGone {
		c.abort()
		return
	}
	if x.Reply.Upgrade != nil && x.Reply.Head.Status == http.StatusSwitchingProtocols {
		c.upgrade(x)
		return
	}
	how := c.codingOf(x)
	if !c.body.complete.Load() && (c.body.promise.Load() == withheld || c.body.broken.Load() || c.body.rest() > c.server.limits.Drain) {
		c.keep = false
	}
	if x.Reply.Head.HasToken("Connection", "close") || how == untilClose {
		c.keep = false
	}
	out := c.head((*c.buffer())[:0], x, how)
	if err := c.send(x, out, how); err != nil {
		c.unsent(x, err)
	}
}

// unsent records why an answer did not reach the client whole, and makes the client see it.
func (c *connection) unsent(x *exchange.Exchange, err error) {
	var lost *writeError
	switch {
	case x.Note.Cause != nil:
	case errors.As(err, &lost), x.Ctx.Err() != nil:
		x.Note.Cause = problem.New(diag.ClientGone, "the client left").Because(err)
	default:
		x.Note.Cause = err
	}
	c.abort()
}

func (c *connection) codingOf(x *exchange.Exchange) coding {
	switch {
	case Bodiless(x.Request.Method, x.Reply.Head.Status):
		return none
	case x.Reply.Body == nil:
		return sized
	case x.Reply.Length >= 0 && (x.Reply.Trailer == nil || x.Request.Proto == exchange.HTTP10):
		return sized
	case x.Request.Proto == exchange.HTTP10:
		return untilClose
	}
	return inChunks
}

// head appends the answer's head. Where it has no body by its nature, Content-Length is passed on (RFC 9110 §8.6).
func (c *connection) head(out []byte, x *exchange.Exchange, how coding) []byte {
	head := &x.Reply.Head
	out = appendStatus(out, head.Status)
	for name, value := range head.Fields() {
		if OfConnection(name) || Same(name, "content-length") && (how != none || head.Status == 204 || head.Status < 200) {
			continue
		}
		out = appendField(out, name, value)
	}
	switch how {
	case sized:
		length := x.Reply.Length
		if x.Reply.Body == nil {
			length = 0
		}
		out = append(out, "Content-Length: "...)
		out = strconv.AppendInt(out, length, 10)
		out = append(out, "\r\n"...)
	case inChunks:
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	}
	switch {
	case !c.keep:
		out = append(out, "Connection: close\r\n"...)
	case x.Request.Proto == exchange.HTTP10:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	return append(out, "\r\n"...)
}

func appendStatus(out []byte, status int) []byte {
	out = append(out, "HTTP/1.1 "...)
	out = strconv.AppendInt(out, int64(status), 10)
	out = append(out, ' ')
	out = append(out, http.StatusText(status)...)
	return append(out, "\r\n"...)
}

// appendField appends a line. What a layer set is not trusted to be free of line ends.
func appendField(out, name, value []byte) []byte {
	out = append(out, name...)
	out = append(out, ": "...)
	return append(AppendValue(out, value), "\r\n"...)
}

// A writeError is the client's end of the connection failing.
type writeError struct{ err error }

func (e *writeError) Error() string { return "writing to the client: " + e.err.Error() }
func (e *writeError) Unwrap() error { return e.err }

func (c *connection) write(p []byte) error {
	if err := c.push(p); err != nil {
		return err
	}
	c.begun = true
	return nil
}

// push writes within the time for it.
func (c *connection) push(p []byte) error {
	if _, err := c.conn.Write(p); err != nil {
		return &writeError{err}
	}
	return nil
}

// send writes the head, which is in out, and the body. What waits is sent before the body is waited for.
func (c *connection) send(x *exchange.Exchange, out []byte, how coding) error {
	if how == none || x.Reply.Body == nil {
		return c.write(out)
	}
	if len(out) > large/2 || !ready(x.Reply.Body) {
		if err := c.write(out); err != nil {
			return err
		}
		out = (*c.out)[:0] // the head may have outgrown it
	}
	if how == inChunks {
		return c.sendChunks(x, out)
	}
	return c.sendPlain(x, out, how)
}

// ready tells whether the first bytes of a body can be had without waiting.
func ready(body io.Reader) bool {
	switch b := body.(type) {
	case interface{ ready() int }:
		return b.ready() > 0
	case interface{ Len() int }: // bytes.Reader, strings.Reader, bytes.Buffer
		return true
	}
	return false
}

func (c *connection) sendPlain(x *exchange.Exchange, out []byte, how coding) error {
	room := *c.out
	left := x.Reply.Length
	for {
		if len(room)-len(out) < 512 {
			if err := c.write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		space := room[len(out):]
		if how == sized {
			space = space[:min(int64(len(space)), left)]
		}
		n, err := 0, io.EOF
		if len(space) > 0 {
			n, err = x.Reply.Body.Read(space)
		}
		x.Note.BytesOut += int64(n)
		left -= int64(n)
		out = room[:len(out)+n]
		whole := how == sized && left == 0
		if len(out) > 0 && (n > 0 || err != nil) {
			if e := c.write(out); e != nil {
				return e
			}
			out = out[:0]
		}
		switch {
		case whole, err == io.EOF && how == untilClose:
			return c.readOut(x, whole && err == nil)
		case err == io.EOF:
			return problem.New(diag.BadAnswer, "the answer's body is shorter than it said")
		case err != nil:
			return err
		}
	}
}

// readOut reads the end of a body that has come in full, so that its giver sees it taken to the end.
func (c *connection) readOut(x *exchange.Exchange, again bool) error {
	if !again {
		return nil
	}
	if n, _ := x.Reply.Body.Read((*c.out)[:1]); n > 0 {
		return problem.New(diag.BadAnswer, "the answer's body is longer than it said")
	}
	return nil
}

// chunkHead is the room for a chunk's size and line end: four digits are enough for a buffer.
const chunkHead = 6

func (c *connection) sendChunks(x *exchange.Exchange, out []byte) error {
	room := *c.out
	for {
		if len(room)-len(out) < 1024 {
			if err := c.write(out); err != nil {
				return err
			}
			out = out[:0]
		}
		data := len(out) + chunkHead
		n, err := x.Reply.Body.Read(room[data : len(room)-len("\r\n0\r\n\r\n")])
		x.Note.BytesOut += int64(n)
		if n > 0 {
			sizeOf(room[len(out):data], n)
			out = append(room[:data+n], "\r\n"...)
		}
		if err == io.EOF {
			return c.write(appendTrailer(append(out, "0\r\n"...), x.Reply.Trailer))
		}
		if len(out) > 0 {
			if e := c.write(out); e != nil {
				return e
			}
			out = out[:0]
		}
		if err != nil {
			return err
		}
	}
}

// sizeOf writes n as a chunk's first line of exactly chunkHead bytes; leading zeros are in the grammar (RFC 9112 §7.1).
func sizeOf(line []byte, n int) {
	const digits = "0123456789abcdef"
	for i := 3; i >= 0; i-- {
		line[i] = digits[n&15]
		n >>= 4
	}
	line[4], line[5] = '\r', '\n'
}

func appendTrailer(out []byte, trailer *exchange.Head) []byte {
	if trailer != nil {
		for name, value := range trailer.Fields() {
			out = appendField(out, name, value)
		}
	}
	return append(out, "\r\n"...)
}

// interim passes a 1xx on (RFC 9110 §15.2).
func (c *connection) interim(h *exchange.Head) error {
	out := appendStatus(nil, h.Status)
	for name, value := range h.Fields() {
		if !OfConnection(name) && !Same(name, "content-length") { // RFC 9110 §8.6
			out = appendField(out, name, value)
		}
	}
	return c.push(append(out, "\r\n"...))
}
