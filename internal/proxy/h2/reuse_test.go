package h2

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// toNobody is a connection to an instance that takes everything and says nothing.
func toNobody(t *testing.T) *outgoing {
	t.Helper()
	near, far := net.Pipe()
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = io.Copy(io.Discard, far) }()
	transport := NewTransport(proxy.TransportOptions{})
	t.Cleanup(func() { _, _ = near.Close(), far.Close(); <-ended })
	return newOutgoing(transport, "a", near)
}

func begun(t *testing.T, o *outgoing) *call {
	t.Helper()
	if !o.reserve() {
		t.Fatal("there is no room")
	}
	x := &exchange.Exchange{Ctx: t.Context()}
	x.Request.Method, x.Request.Authority, x.Request.Path = "GET", "a", "/"
	c := o.call(x)
	if err := c.begin(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWhatIsMeantForAStreamDoesNotHitTheNext has the reader find a stream whose call is over, and used for another, before it goes on.
func TestWhatIsMeantForAStreamDoesNotHitTheNext(t *testing.T) {
	o := toNobody(t)
	c := begun(t, o)
	before := c.id
	c.end()
	if next := begun(t, o); next != c || c.id == before {
		t.Fatal("the call is not used again")
	}
	o.halt(&c.stream, before, errStalled)
	o.forget(&c.stream, before)
	c.stream.end(before, errStalled)
	if c.fault != nil || c.in.failed() != nil || o.find(c.id) == nil {
		t.Fatalf("%v, %v, open: %v", c.fault, c.in.failed(), o.find(c.id) != nil)
	}
	c.end()
}

// TestACallAfterTheGoodbyeWasNotProcessed has an instance go away between the choice of its connection and the head.
func TestACallAfterTheGoodbyeWasNotProcessed(t *testing.T) {
	o := toNobody(t)
	if !o.reserve() {
		t.Fatal("there is no room")
	}
	o.leaving(&http2.GoAwayFrame{LastStreamID: 0})
	x := &exchange.Exchange{Ctx: t.Context()}
	x.Request.Method, x.Request.Authority, x.Request.Path = "POST", "a", "/"
	c := o.call(x)
	err := c.begin()
	if !errors.Is(err, errUnprocessed) || !c.again(err, false) {
		t.Fatalf("%v, sent again: %v", err, c.again(err, false))
	}
	c.end()
}

// held is a connection that lets a test say when a write ends.
type held struct {
	net.Conn
	writes, goOn chan struct{}
	written      bytes.Buffer
	closed       chan struct{}
}

func (h *held) Write(p []byte) (int, error) {
	h.writes <- struct{}{}
	<-h.goOn
	return h.written.Write(p)
}
func (h *held) SetWriteDeadline(time.Time) error { return nil }
func (h *held) Close() error                     { close(h.closed); return nil }

// TestAConnectionIsShutAfterWhatIsPending has the last stream end while somebody else writes.
func TestAConnectionIsShutAfterWhatIsPending(t *testing.T) {
	h := &held{writes: make(chan struct{}), goOn: make(chan struct{}), closed: make(chan struct{})}
	var l link
	l.begin(h, nil, windows{1, 1}, newDecoder(1, 1), time.Minute)
	go l.say(appendSettingsAck)
	<-h.writes
	l.put(func(out []byte) []byte { return appendData(out, 1, []byte("the end"), true) })
	l.shut()
	select {
	case <-h.closed:
		t.Fatal("closed before it was written")
	default:
	}
	h.goOn <- struct{}{}
	<-h.writes
	h.goOn <- struct{}{}
	<-h.closed
	if !bytes.HasSuffix(h.written.Bytes(), []byte("the end")) {
		t.Fatalf("%q", h.written.Bytes())
	}
}

// TestSettingsComeFirst has a connection told to go away before it was served.
func TestSettingsComeFirst(t *testing.T) {
	near, far := net.Pipe()
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	front := &proxy.Server{}
	c := newConnection(t.Context(), front, near, exchange.Peer{})
	defer c.cancel(errStopped)
	go c.drain()
	frame, err := http2.NewFramer(io.Discard, far).ReadFrame()
	if _, is := frame.(*http2.SettingsFrame); !is {
		t.Fatalf("%v, %v", frame, err)
	}
}

// TestAClientThatTakesNothingHoldsUpNoShutdown has a connection that nobody reads.
func TestAClientThatTakesNothingHoldsUpNoShutdown(t *testing.T) {
	near, far := net.Pipe()
	s := NewServer()
	c := newConnection(t.Context(), &proxy.Server{}, near, exchange.Peer{})
	s.add(c)
	ended := make(chan struct{})
	go func() { defer close(ended); s.Drain() }()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("it waits for the client")
	}
	c.cancel(errStopped)
	_, _ = near.Close(), far.Close()
	<-ended
}
