package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// calls is traffic of unary calls: so many connections, each with so many calls on their way.
type calls struct{ connections, streams int }

type callers []*caller

// caller is the client's side of one connection of HTTP/2. It writes what it has to say in one piece before it waits.
type caller struct {
	conn    net.Conn
	in      *bufio.Reader
	out     *bufio.Writer
	framer  *http2.Framer
	encoder *hpack.Encoder
	head    bytes.Buffer
	streams int
	next    uint32
	// received are bytes of bodies for which the other side was not given new room yet.
	received int
}

func (c calls) open(p *peer) (traffic, error) {
	var all callers
	for range c.connections {
		conn, err := net.Dial("tcp", p.framed)
		if err != nil {
			return all, err
		}
		one := &caller{conn: conn, in: bufio.NewReaderSize(conn, 32<<10), out: bufio.NewWriterSize(conn, 32<<10), streams: c.streams, next: 1}
		one.framer = http2.NewFramer(one.out, one.in)
		one.framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
		one.framer.SetReuseFrames()
		one.encoder = hpack.NewEncoder(&one.head)
		all = append(all, one)
		_, err = one.out.WriteString(http2.ClientPreface)
		if err := errors.Join(err, one.framer.WriteSettings()); err != nil {
			return all, err
		}
	}
	return all, nil
}

func (all callers) close() {
	for _, c := range all {
		_ = c.conn.Close()
	}
}

func (all callers) run(length time.Duration) (int64, error) {
	var done atomic.Int64
	failures := make(chan error, len(all))
	until := time.Now().Add(length)
	for _, c := range all {
		go func() {
			n, err := c.run(until)
			done.Add(n)
			failures <- err
		}()
	}
	var err error
	for range all {
		err = errors.Join(err, <-failures)
	}
	return done.Load(), err
}

// run keeps all streams busy until then, and returns when the last of them was answered.
func (c *caller) run(until time.Time) (int64, error) {
	var done int64
	for range c.streams {
		if err := c.call(); err != nil {
			return 0, err
		}
	}
	for open := c.streams; open > 0; {
		if c.in.Buffered() == 0 {
			if err := c.out.Flush(); err != nil {
				return done, err
			}
		}
		f, err := c.framer.ReadFrame()
		if err != nil {
			return done, err
		}
		ended, err := c.take(f)
		if err != nil {
			return done, err
		}
		switch {
		case !ended:
		case time.Now().Before(until):
			done++
			err = c.call()
		default:
			done++
			open--
		}
		if err != nil {
			return done, err
		}
	}
	return done, c.out.Flush()
}

// body is a message of 100 bytes behind its prefix (gRPC over HTTP/2, Length-Prefixed-Message).
var body = slices.Concat([]byte{0, 0, 0, 0, 100}, bytes.Repeat([]byte("m"), 100))

// call sends one. It needs no account of the windows: each side gives back what it read, and 16 calls are far below 64 KiB.
func (c *caller) call() error {
	c.head.Reset()
	for _, f := range [][2]string{
		{":method", "POST"}, {":scheme", "http"}, {":path", "/bench.Echo/Unary"}, {":authority", host},
		{"te", "trailers"}, {"content-type", "application/grpc"}, {"user-agent", "bench"},
	} {
		if err := c.encoder.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}); err != nil {
			return err
		}
	}
	id := c.next
	c.next += 2
	err := c.framer.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.head.Bytes(), EndHeaders: true})
	return errors.Join(err, c.framer.WriteData(id, true, body))
}

// take reads what one frame says, and tells whether a call ended with it.
func (c *caller) take(f http2.Frame) (bool, error) {
	switch f := f.(type) {
	case *http2.MetaHeadersFrame:
		if !f.StreamEnded() {
			return false, nil
		}
		for _, field := range f.Fields {
			if field.Name == "grpc-status" && field.Value == "0" {
				return true, nil
			}
		}
		return false, fmt.Errorf("a call was answered %v", f.Fields)
	case *http2.DataFrame:
		const enough = 16 << 10
		if c.received += int(f.Length); c.received < enough {
			return false, nil
		}
		given := c.received
		c.received = 0
		return false, c.framer.WriteWindowUpdate(0, uint32(given))
	case *http2.SettingsFrame:
		if f.IsAck() {
			return false, nil
		}
		return false, c.framer.WriteSettingsAck()
	case *http2.PingFrame:
		if f.IsAck() {
			return false, nil
		}
		return false, c.framer.WritePing(true, f.Data)
	case *http2.RSTStreamFrame, *http2.GoAwayFrame:
		return false, fmt.Errorf("the proxy said %v", f)
	}
	return false, nil
}
