package h2

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
)

// What an instance may send before it is read, in bytes; how many streams one connection to it carries.
const (
	clientStream     = 256 << 10
	clientConnection = 4 << 20
	mostCalls        = 250
	mostHead         = 256 << 10
	mostFields       = 256
)

// outgoing is a connection to an instance.
type outgoing struct {
	link
	t       *Transport
	address string
	// next is the number of the next stream.
	next atomic.Uint32
	// most is how many streams the instance takes at once, reserved how many there are or will be, carried how many there were.
	most              atomic.Int32
	reserved, carried atomic.Int32
	// retired says that it takes no more, gone that the instance has said so: then not even those for which there is room already.
	// busy is when it was last used, in Unix nanoseconds.
	retired atomic.Bool
	gone    atomic.Bool
	busy    atomic.Int64

	kept struct {
		sync.Mutex
		calls []*call
	}
}

// errUnprocessed is a stream that the instance has not looked at: it may be sent again, whatever it is (RFC 9113 §8.7).
var errUnprocessed = errors.New("the instance did not process the request")

func newOutgoing(t *Transport, address string, conn net.Conn) *outgoing {
	o := &outgoing{t: t, address: address}
	o.next.Store(1)
	o.most.Store(100) // until its SETTINGS say otherwise: RFC 9113 §6.5.2 recommends no less
	o.busy.Store(time.Now().UnixNano())
	pause := t.options.WritePause
	o.begin(conn, o, windows{clientStream, clientConnection}, newDecoder(mostHead, mostFields), pause)
	o.put(func(out []byte) []byte {
		out = append(out, http2.ClientPreface...)
		out = appendSettings(
			out,
			http2.Setting{ID: http2.SettingEnablePush, Val: 0},
			http2.Setting{ID: http2.SettingInitialWindowSize, Val: clientStream},
			http2.Setting{ID: http2.SettingMaxHeaderListSize, Val: mostHead},
		)
		return appendWindow(out, 0, clientConnection-firstWindow)
	})
	return o
}

// serve reads until the connection ends.
func (o *outgoing) serve() {
	stop := tend(min(5*time.Second, o.t.options.Idle/4, o.t.options.WritePause/4), o.look)
	o.flush()
	err := o.read()
	stop()
	o.retired.Store(true)
	o.t.remove(o)
	var code http2.ConnectionError
	if errors.As(err, &code) {
		o.say(func(out []byte) []byte { return appendGoAway(out, 0, http2.ErrCode(code)) })
	}
	o.fail(fmt.Errorf("%w: %w", errStopped, err))
	_ = o.conn.Close()
}

// look ends streams that wait for their window for too long, and closes a connection that nobody used for a while.
func (o *outgoing) look(now time.Time) bool {
	for id, s := range o.stalled(now.Add(-o.t.options.WritePause)) {
		o.halt(s, id, errStalled)
		s.in.fail(id, errStalled)
	}
	if o.reserved.Load() == 0 && now.Sub(time.Unix(0, o.busy.Load())) > o.t.options.Idle {
		o.retire()
	}
	return true
}

// retire takes no more streams, and closes the connection once there are none.
func (o *outgoing) retire() {
	o.retired.Store(true)
	if o.reserved.Load() == 0 {
		_ = o.conn.Close()
	}
}

// reserve makes room for a stream; it is false when there is none.
func (o *outgoing) reserve() bool {
	if o.retired.Load() {
		return false
	}
	if o.reserved.Add(1) > min(o.most.Load(), mostCalls) || o.retired.Load() {
		o.release()
		return false
	}
	o.carried.Add(1)
	return true
}

// release gives back what reserve took.
func (o *outgoing) release() {
	o.busy.Store(time.Now().UnixNano())
	if o.reserved.Add(-1) == 0 && o.retired.Load() {
		_ = o.conn.Close()
	}
}

// mostKept bounds the calls that a connection keeps for its next streams.
const mostKept = 64

func (o *outgoing) rested() *call {
	o.kept.Lock()
	defer o.kept.Unlock()
	n := len(o.kept.calls)
	if n == 0 {
		return newCall(o)
	}
	c := o.kept.calls[n-1]
	o.kept.calls = o.kept.calls[:n-1]
	return c
}

// rest keeps a call that is over for another, and gives its room back.
func (o *outgoing) rest(c *call) {
	o.keep(c)
	o.release()
}

func (o *outgoing) keep(c *call) {
	o.kept.Lock()
	defer o.kept.Unlock()
	if len(o.kept.calls) < mostKept {
		o.kept.calls = append(o.kept.calls, c)
	}
}

// start opens the stream: its number is given and its head put in one step, for numbers must come in order (RFC 9113 §5.1.1).
func (o *outgoing) start(c *call, end bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	c.id = 0
	switch {
	case o.mu.err != nil:
		return fmt.Errorf("%w: %w", errUnprocessed, o.mu.err)
	case o.gone.Load():
		return fmt.Errorf("%w: it went away", errUnprocessed)
	}
	id := o.next.Add(2) - 2
	if id >= mostWindow-2 {
		o.retired.Store(true) // numbers are used up (RFC 9113 §5.1.1)
	}
	if err := c.in.begin(id, exchange.Unknown, false); err != nil {
		return err
	}
	c.in.await()
	o.open(&c.stream, id)
	o.mu.pending = appendHead(o.mu.pending, id, c.block, end, o.mu.frame)
	return nil
}

// allowed takes SETTINGS_MAX_CONCURRENT_STREAMS.
func (o *outgoing) allowed(streams uint32) { o.most.Store(int32(min(streams, mostCalls))) }

// headers takes a header block: of an answer that is awaited, for nobody otherwise.
func (o *outgoing) headers(id uint32, text []byte, end bool) error {
	if s := o.find(id); s != nil {
		return s.heads(id, text, end)
	}
	if o.idle(id) {
		return broken(http2.ErrCodeProtocol, errIdle)
	}
	return o.skip(text)
}

// skip reads a block that nobody wants any more.
func (o *outgoing) skip(text []byte) error { return o.decode.skip(text) }

// idle tells whether the number was never used. It is called with the link's lock held at times, so it takes none.
func (o *outgoing) idle(id uint32) bool {
	return id%2 == 0 || id >= o.next.Load()
}

// leaving takes GOAWAY: streams above its number were not processed, the others go on (RFC 9113 §6.8).
func (o *outgoing) leaving(f *http2.GoAwayFrame) {
	o.retired.Store(true)
	o.gone.Store(true)
	err := fmt.Errorf("%w: it goes away", errUnprocessed)
	for id, s := range o.opened() {
		if id > f.LastStreamID {
			o.halt(s, id, err)
			s.in.fail(id, err)
		}
	}
	if o.reserved.Load() == 0 {
		_ = o.conn.Close()
	}
}

// pays is free of charge: an instance is of the operator's own.
func (o *outgoing) pays(int) error { return nil }
