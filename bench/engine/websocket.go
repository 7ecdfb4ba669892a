package main

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	echoPath = "/echo"
	// message is long enough for the second form of a frame's length (RFC 6455 §5.2), which makes both heads one size.
	message = 200
)

// echoes are WebSocket connections, each of which sends a message and waits until it is back.
type echoes []*echoing

type echoing struct {
	conn  net.Conn
	in    *bufio.Reader
	frame []byte
}

type sockets struct{ connections int }

func (s sockets) open(p *peer) (traffic, error) {
	var all echoes
	for range s.connections {
		conn, err := net.Dial("tcp", p.plain)
		if err != nil {
			return all, err
		}
		one := &echoing{conn, bufio.NewReader(conn), frame(true)}
		all = append(all, one)
		if err := one.agree(); err != nil {
			return all, err
		}
	}
	return all, nil
}

func (e *echoing) agree() error {
	_, err := fmt.Fprintf(e.conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", echoPath, host)
	if err != nil {
		return err
	}
	answer, err := http.ReadResponse(e.in, nil)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("a WebSocket was answered %s", answer.Status)
	}
	return nil
}

func (all echoes) run(length time.Duration) (int64, error) {
	return together(len(all), length, func(worker, _ int) error { return all[worker].once() })
}

func (e *echoing) once() error {
	if _, err := e.conn.Write(e.frame); err != nil {
		return err
	}
	_, err := e.in.Discard(len(frame(false)))
	return err
}

func (all echoes) close() {
	for _, e := range all {
		_ = e.conn.Close()
	}
}

// frame is one binary message. A client's is masked, here with a key of zeros, which leaves its bytes as they are.
func frame(masked bool) []byte {
	const final, binaryMessage, mask, twoBytes = 0x80, 2, 0x80, 126
	head := []byte{final | binaryMessage, twoBytes}
	head = binary.BigEndian.AppendUint16(head, message)
	if masked {
		head[1] |= mask
		head = append(head, 0, 0, 0, 0)
	}
	return append(head, bytes.Repeat([]byte("z"), message)...)
}

// echo sends back what comes, without its mask, until the connection ends.
func echo(w http.ResponseWriter, r *http.Request) {
	conn, both, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	accept := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(accept[:]))
	got, back := frame(true), frame(false)
	for err == nil {
		if _, err = io.ReadFull(both.Reader, got); err == nil {
			_, err = conn.Write(back)
		}
	}
}
