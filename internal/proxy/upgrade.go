package proxy

import (
	"io"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
)

// upgrade writes the 101 and then joins the client's connection with the stream behind (RFC 9110 §7.8).
func (c *connection) upgrade(x *exchange.Exchange) {
	c.keep = false
	c.watch.disarm()
	head := &x.Reply.Head
	out := appendStatus((*c.buffer())[:0], head.Status)
	for name, value := range head.Fields() {
		if !OfConnection(name) || Same(name, "upgrade") {
			out = appendField(out, name, value)
		}
	}
	if err := c.write(append(out, "Connection: Upgrade\r\n\r\n"...)); err != nil {
		c.unsent(x, err)
		return
	}
	if c.patienceUntil(time.Time{}) != nil {
		return
	}
	c.conn.pause = 0
	in, sent := Join(&halves{Reader: &c.in, Conn: &c.conn}, x.Reply.Upgrade)
	c.body.count, x.Note.BytesOut = in, sent
	c.begun = false // both sides have ended it: nothing to wait for
}

// halves is a connection whose first bytes were read already.
type halves struct {
	io.Reader
	Conn io.WriteCloser
}

func (h *halves) Write(p []byte) (int, error) { return h.Conn.Write(p) }
func (h *halves) Close() error                { return h.Conn.Close() }
func (h *halves) CloseWrite() error           { return closeWrite(h.Conn) }

// Join carries bytes both ways until both have ended, and returns how many went from a to b and back. The end of one
// direction is passed on as such, by CloseWrite where the stream has it, else by Close; a failure ends both.
func Join(a, b io.ReadWriteCloser) (there, back int64) {
	done := make(chan int64, 1)
	go func() { done <- carry(b, a) }()
	back = carry(a, b)
	return <-done, back
}

func carry(to, from io.ReadWriteCloser) int64 {
	buffer, _ := outBuffers.Get().(*[]byte)
	defer outBuffers.Put(buffer)
	// The wrappers keep ReadFrom and WriteTo out: those would splice, and hide what was counted until the end.
	n, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, *buffer)
	if err == nil {
		err = closeWrite(to)
	}
	if err != nil {
		_ = to.Close()
		_ = from.Close()
	}
	return n
}

// closeWrite ends one direction where the stream can, else both.
func closeWrite(to io.WriteCloser) error {
	if half, can := to.(interface{ CloseWrite() error }); can {
		return half.CloseWrite()
	}
	return to.Close()
}

var _ exchange.Interrupter = (*inBody)(nil)
