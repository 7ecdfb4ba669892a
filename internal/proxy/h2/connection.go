package h2

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// What a client may have open at once, and send before it is read, in bytes: the latter bounds what a connection holds.
const (
	mostStreams      = 250
	serverStream     = 128 << 10
	serverConnection = 1 << 20
)

// restTime is how long the goroutines of an idle connection wait for another stream.
const restTime = time.Second

// connection is one client's.
type connection struct {
	link
	front  *proxy.Server
	limits proxy.Limits
	peer   exchange.Peer
	// derive makes the context of a stream, cancel ends them all.
	derive func() (context.Context, context.CancelCauseFunc)
	cancel context.CancelCauseFunc
	// last is the highest number that a stream was opened with; farewell how far the connection is on its way out.
	last     atomic.Uint32
	farewell atomic.Int32
	budget   budget
	// working counts the streams whose exchanges are under way: a client that resets one does not end the work at once.
	working atomic.Int32
	all     sync.WaitGroup
	// busy is when a stream was last open, in Unix nanoseconds.
	busy atomic.Int64

	smu struct {
		sync.Mutex
		// resting are the streams whose goroutines wait for another.
		resting []*served
		ended   bool
	}
}

// How far a connection is on its way out.
const (
	staying int32 = iota
	told          // GOAWAY has gone, and streams that were on their way are still taken
	closing       // no more streams are taken
)

func newConnection(ctx context.Context, front *proxy.Server, conn net.Conn, peer exchange.Peer) *connection {
	c := &connection{front: front, limits: front.Bounds(), peer: peer}
	ctx, c.cancel = context.WithCancelCause(ctx)
	c.derive = func() (context.Context, context.CancelCauseFunc) { return context.WithCancelCause(ctx) }
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	c.memory = front.Memory()
	c.begin(conn, c, windows{serverStream, serverConnection}, newDecoder(c.limits.Head, c.limits.Fields), c.limits.WritePause)
	// Before anybody else can say something: SETTINGS is the first frame (RFC 9113 §3.4).
	c.put(func(out []byte) []byte {
		out = appendSettings(
			out,
			http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: mostStreams},
			http2.Setting{ID: http2.SettingInitialWindowSize, Val: serverStream},
			http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: uint32(c.limits.Head)},
		)
		return appendWindow(out, 0, serverConnection-firstWindow)
	})
	return c
}

func (c *connection) serve() {
	defer c.cancel(errStopped)
	err := c.greet()
	if err == nil {
		c.busy.Store(time.Now().UnixNano())
		c.rests(true)
		stop := tend(min(time.Second, c.limits.WritePause/4, c.limits.BodyPause/4, c.limits.Idle/4), c.look)
		err = c.read()
		stop()
	}
	c.bid(err)
	c.fail(errStopped)
	_ = c.conn.Close()
	c.dismiss()
	c.all.Wait()
}

// greet exchanges the prefaces (RFC 9113 §3.4).
func (c *connection) greet() error {
	if err := c.conn.SetReadDeadline(time.Now().Add(c.limits.HeadTime)); err != nil {
		return err
	}
	text := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c.in, text); err != nil {
		return err
	}
	if string(text) != http2.ClientPreface {
		return broken(http2.ErrCodeProtocol, errSettings)
	}
	// From here on it is look that ends what waits for too long.
	if err := c.conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	c.flush()
	return nil
}

// look ends what has waited for too long; it is false when the connection was ended.
func (c *connection) look(now time.Time) bool {
	for id, s := range c.stalled(now.Add(-c.limits.WritePause)) {
		s.in.fail(id, errStalled)
		c.halt(s, id, errStalled)
		c.reset(id, http2.ErrCodeCancel)
		c.flush()
	}
	for _, s := range c.restless() {
		if id := s.in.waits(now.Add(-c.limits.BodyPause)); id != 0 {
			s.in.fail(id, errResting)
		}
	}
	if c.working.Load() == 0 && now.Sub(time.Unix(0, c.busy.Load())) > restTime {
		c.thin()
	}
	if c.overdue() {
		c.flush()
	}
	since := c.parts.since.Load()
	slow := since != 0 && now.Sub(time.Unix(0, since)) > c.limits.HeadTime
	idle := c.working.Load() == 0 && now.Sub(time.Unix(0, c.busy.Load())) > c.limits.Idle
	if slow || idle {
		c.say(func(out []byte) []byte { return appendGoAway(out, c.last.Load(), http2.ErrCodeNo) })
		_ = c.conn.Close()
		return false
	}
	return true
}

// bid tells the client why the connection ends, and lets it read that before the connection is reset for bytes that nobody reads.
func (c *connection) bid(err error) {
	var code http2.ConnectionError
	if !errors.As(err, &code) && !errors.Is(err, os.ErrDeadlineExceeded) { // which ends one that rests, for another
		return
	}
	c.say(func(out []byte) []byte { return appendGoAway(out, c.last.Load(), http2.ErrCode(code)) })
	const linger = 200 * time.Millisecond
	half, can := c.conn.(interface{ CloseWrite() error })
	if can && half.CloseWrite() == nil && c.conn.SetReadDeadline(time.Now().Add(linger)) == nil {
		_, _ = io.CopyN(io.Discard, c.conn, int64(reasonable)) // a flood is not read for longer
	}
}

// headers opens a stream, or ends one with its trailer.
func (c *connection) headers(id uint32, text []byte, end bool) error {
	if s := c.find(id); s != nil {
		return s.heads(id, text, end)
	}
	switch {
	case id%2 == 0:
		return c.skip(text, broken(http2.ErrCodeProtocol, errIdle))
	case id <= c.last.Load() && c.hushed(id, end):
		return c.skip(text, c.pays(priceOfControl))
	case id <= c.last.Load():
		return c.skip(text, broken(http2.ErrCodeStreamClosed, errIdle))
	}
	if !c.admit(id) {
		return c.skip(text, c.pays(priceOfControl)) // what is above the number of GOAWAY is ignored, and may be sent elsewhere (§6.8)
	}
	s := c.rested()
	said, err := c.decode.read(text, &s.x.Request, request)
	var code http2.ConnectionError
	var bad *malformed
	switch {
	case errors.As(err, &code):
		c.back(s)
		return err
	case errors.As(err, &bad):
		c.back(s)
		return c.refuse(http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: bad})
	case c.working.Load() > mostStreams, !s.afford(c.decode.size):
		c.back(s)
		return c.refuse(http2.StreamError{StreamID: id, Code: http2.ErrCodeRefusedStream})
	}
	if err := s.open(id, said, end, err); err != nil {
		c.back(s)
		return c.refuse(http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: err})
	}
	c.touch(&s.in)
	return nil
}

// admit counts the stream that a client opens; it is false when the client was told before that it will be ignored.
func (c *connection) admit(id uint32) bool {
	c.smu.Lock()
	defer c.smu.Unlock()
	if c.last.Store(id); c.farewell.Load() == closing {
		return false
	}
	if c.working.Add(1) == 1 {
		c.rests(false)
	}
	return true
}

// rests tells whoever counts connections whether a stream is open.
func (c *connection) rests(idle bool) {
	if of, is := c.conn.(interface{ Rest(idle bool) }); is {
		of.Rest(idle)
	}
}

// fewer counts one stream less, and tells whether it was the last.
func (c *connection) fewer() bool {
	c.smu.Lock()
	defer c.smu.Unlock()
	if c.working.Add(-1) > 0 {
		return false
	}
	c.rests(true)
	return true
}

// back is a stream that was not opened after all.
func (c *connection) back(s *served) {
	s.unused()
	c.over()
}

// over counts a stream that has ended: the last one, where no more are taken, ends the connection.
func (c *connection) over() {
	if c.fewer() && c.farewell.Load() == closing {
		c.shut()
	}
}

// closes takes no more streams from now on; last is the number of the last that was taken.
func (c *connection) closes() (last uint32, now bool) {
	c.smu.Lock()
	defer c.smu.Unlock()
	return c.last.Load(), c.farewell.CompareAndSwap(told, closing)
}

// skip is err, after the block that nobody wants was read.
func (c *connection) skip(text []byte, err error) error {
	return cmp.Or(err, c.decode.skip(text))
}

// ends takes the header block behind a body (RFC 9113 §8.1).
func (s *served) ends(id uint32, text []byte, end bool) error {
	c := s.c
	switch {
	case s.in.stream() != id:
		return c.decode.skip(text) // it was answered just now, which is no fault of the client's
	case s.in.atEnd(id):
		return cmp.Or(c.decode.skip(text), c.late(id))
	}
	var came exchange.Head
	_, err := c.decode.read(text, &came, trailer)
	var code http2.ConnectionError
	switch {
	case errors.As(err, &code):
		return err
	case err == nil && !end:
		err = errUnended
	}
	if err != nil {
		return http2.StreamError{StreamID: id, Code: http2.ErrCodeProtocol, Cause: err}
	}
	s.trailer.CopyFrom(&came)
	c.touch(&s.in)
	return s.in.finish(id)
}

func (c *connection) idle(id uint32) bool { return id%2 == 0 || id > c.last.Load() }

// leaving is a client that will open no more streams: nothing changes for those that are open.
func (c *connection) leaving(*http2.GoAwayFrame) {}

func (c *connection) pays(price int) error { return c.budget.pay(price, time.Now()) }

// drain tells the client to go away. What it sent before it could know is still served: so the last number follows when the client
// has answered a ping, or at the next call.
func (c *connection) drain() {
	if c.farewell.CompareAndSwap(staying, told) {
		c.say(func(out []byte) []byte {
			return appendPing(appendGoAway(out, mostWindow, http2.ErrCodeNo), false, [8]byte{})
		})
		return
	}
	c.ponged()
}

// ponged says the last number, and ends the connection when nothing is open.
func (c *connection) ponged() {
	if last, now := c.closes(); now {
		c.say(func(out []byte) []byte { return appendGoAway(out, last, http2.ErrCodeNo) })
	}
	if c.farewell.Load() == closing && c.working.Load() == 0 {
		c.shut()
	}
}
