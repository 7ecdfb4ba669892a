package h2

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"github.com/banyan-run/banyan/internal/exchange"
)

// link is one connection, and what both of its ends do alike: it reads frames, keeps the windows, and writes.
//
// One goroutine reads. Any goroutine appends frames to what is pending; flush writes it, unless another is writing: that one takes
// it along, so that what many streams say at once leaves in one system call.
type link struct {
	conn   net.Conn
	in     *bufio.Reader
	framer *http2.Framer
	decode decoder
	side   side
	// pause bounds how long a write, and a stream that waits for its window, may take.
	pause time.Duration
	// memory is what a body takes of that waits to be read; nil is no bound.
	memory *exchange.Budget
	// windows is what this end lets the peer send: on a stream, and over all of them.
	windows windows
	// parts is a header block that CONTINUATION goes on with; settled says that the peer's first SETTINGS have come.
	parts   parts
	settled bool
	// dirty are the streams for which something came since the last delivery. The reader's alone.
	dirty []*inbox
	// room is what the peer may still send on the connection, owed what was read of it and not yet given back.
	room, owed atomic.Int64
	// frames counts what was read.
	frames atomic.Int64

	mu struct {
		sync.Mutex
		streams        map[uint32]*stream
		pending, spare []byte
		writing        bool
		// waiting counts those who wait for moved.
		waiting int
		err     error
		// window is what the peer lets this end send on the connection, initial what each new stream begins with.
		window, initial int64
		// frame is the largest payload that the peer takes; until is when the deadline for writes that is set runs out.
		frame int
		until time.Time
		hush  hush
		// shut says that the connection ends when all of pending was written.
		shut bool
	}
	// moved tells that a window has grown, that pending has shrunk, or that a stream has ended.
	moved *sync.Cond
}

// windows are in bytes.
type windows struct{ stream, connection int64 }

// parts is a header block on its way.
type parts struct {
	text  []byte
	of    uint32
	end   bool
	count int
	since atomic.Int64 // Unix nanoseconds; 0 when there is none
}

// side is what the two ends do differently. Its methods are called by the reader.
type side interface {
	// headers takes a whole header block.
	headers(id uint32, text []byte, end bool) error
	// idle tells whether the stream was never opened.
	idle(id uint32) bool
	// leaving takes the peer's GOAWAY.
	leaving(f *http2.GoAwayFrame)
	// pays is an error when the peer asks for too much work of no use.
	pays(price int) error
}

func (l *link) begin(conn net.Conn, s side, w windows, d decoder, pause time.Duration) {
	l.conn, l.side, l.windows, l.decode, l.pause = conn, s, w, d, pause
	l.in = bufio.NewReaderSize(conn, frameSize)
	l.framer = http2.NewFramer(nil, l.in)
	l.framer.SetMaxReadFrameSize(frameSize)
	l.framer.SetReuseFrames()
	l.room.Store(w.connection)
	l.mu.streams = map[uint32]*stream{}
	l.mu.window, l.mu.initial, l.mu.frame = firstWindow, firstWindow, frameSize
	l.moved = sync.NewCond(&l.mu)
}

// open gives a stream its number. The lock is held.
func (l *link) open(s *stream, id uint32) {
	l.mu.streams[id] = s
	s.id, s.window, s.fault, s.since, s.patient = id, l.mu.initial, nil, time.Time{}, false
}

// forget takes a stream out; what comes for it afterwards is nobody's.
func (l *link) forget(s *stream, id uint32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.streams[id] == s {
		delete(l.mu.streams, id)
	}
}

func (l *link) find(id uint32) *stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.mu.streams[id]
}

// opened are the streams that are open.
func (l *link) opened() map[uint32]*stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.mu.streams)
}

// restless are those whose bodies are not to rest.
func (l *link) restless() []*stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*stream
	for _, s := range l.mu.streams {
		if !s.patient {
			all = append(all, s)
		}
	}
	return all
}

// fail ends every stream, and whoever waits to send.
func (l *link) fail(err error) {
	for _, s := range l.stop(err) {
		s.end(s.in.stream(), err)
	}
}

func (l *link) stop(err error) []*stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.mu.err == nil {
		l.mu.err = err
	}
	l.moved.Broadcast()
	return slices.Collect(maps.Values(l.mu.streams))
}

// read handles frames until the connection ends or is broken by one. What came for a stream is told to it when no further frame is
// there to be read: so a whole message wakes it once.
func (l *link) read() error {
	for {
		if !l.ready() {
			l.deliver()
		}
		f, err := l.framer.ReadFrame()
		l.frames.Add(1)
		if err == nil {
			err = l.handle(f)
		}
		if err == nil {
			continue
		}
		var of http2.StreamError
		if !errors.As(err, &of) {
			l.deliver()
			return asConnection(err)
		}
		if err := l.refuse(of); err != nil {
			return err
		}
	}
}

// asConnection gives the framer's errors the code that the peer is told.
func asConnection(err error) error {
	if errors.Is(err, http2.ErrFrameTooLarge) {
		return fmt.Errorf("%w: %w", http2.ConnectionError(http2.ErrCodeFrameSize), err)
	}
	return err
}

// ready tells whether the next frame is buffered whole.
func (l *link) ready() bool {
	const head = 9
	buffered := l.in.Buffered()
	if buffered < head {
		return false
	}
	text, err := l.in.Peek(head)
	return err == nil && int(text[0])<<16|int(text[1])<<8|int(text[2]) <= buffered-head
}

func (l *link) deliver() {
	for i, in := range l.dirty {
		in.dirty = false
		in.tell()
		l.dirty[i] = nil
	}
	l.dirty = l.dirty[:0]
}

// touch has a stream told at the next delivery.
func (l *link) touch(in *inbox) {
	if !in.dirty {
		in.dirty = true
		l.dirty = append(l.dirty, in)
	}
}

// refuse resets a stream for what the peer did on it, and ends what is under way for it: nobody waits for that any more
// (CVE-2025-8671).
func (l *link) refuse(e http2.StreamError) error {
	if s := l.find(e.StreamID); s != nil {
		cause := e.Cause
		if cause == nil {
			cause = e
		}
		l.halt(s, e.StreamID, cause)
		s.end(e.StreamID, cause)
	}
	l.reset(e.StreamID, e.Code)
	l.flush()
	return l.side.pays(priceOfReset)
}

// halt ends whoever sends on a stream, unless it is another's by now.
func (l *link) halt(s *stream, id uint32, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.id == id && s.fault == nil {
		s.fault = err
	}
	l.moved.Broadcast()
}

// consumed gives the peer back what was read of the connection's window, by half of it at a time. It tells whether a frame was put.
func (l *link) consumed(n int) bool {
	if n == 0 || l.owed.Add(int64(n)) < l.windows.connection/2 {
		return false
	}
	by := l.owed.Swap(0)
	if by <= 0 {
		return false
	}
	l.room.Add(by)
	l.put(func(out []byte) []byte { return appendWindow(out, 0, uint32(by)) })
	return true
}
