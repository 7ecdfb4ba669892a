package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// serve is the backend: it answers as many bytes as the query asks for.
func serve() (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		n, _ := strconv.Atoi(r.URL.RawQuery)
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	})}
	go func() { _ = server.Serve(l) }() // ends with the listener
	return l, nil
}

// client is one connection that sends requests, one after the other.
type client struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
	answer  int
}

// clients are s.connections of them: opened before the measure begins, for what a connection costs is no cost of a request.
func clients(address string, s shape) ([]*client, error) {
	request := fmt.Appendf(nil, "GET /bench?%d HTTP/1.1\r\nHost: bench.local\r\n\r\n", s.answer)
	if s.send > 0 {
		request = fmt.Appendf(nil, "POST /bench?%d HTTP/1.1\r\nHost: bench.local\r\nContent-Length: %d\r\n\r\n%s",
			s.answer, s.send, bytes.Repeat([]byte("y"), s.send))
	}
	var all []*client
	for range s.connections {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return all, err
		}
		all = append(all, &client{conn, bufio.NewReaderSize(conn, 32<<10), request, s.answer})
	}
	return all, nil
}

// load has all of them send for so long, and returns how many requests were answered.
func load(all []*client, length time.Duration) (int64, error) {
	var done atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, len(all))
	until := time.Now().Add(length)
	for _, c := range all {
		group.Go(func() {
			for time.Now().Before(until) {
				if err := c.once(); err != nil {
					failures <- err
					return
				}
				done.Add(1)
			}
		})
	}
	group.Wait()
	close(failures)
	return done.Load(), <-failures
}

func (c *client) once() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	return readAnswer(c.in, c.answer)
}

// readAnswer reads one answer with a Content-Length: a client that costs little leaves the cores to the proxy.
func readAnswer(in *bufio.Reader, want int) error {
	length := -1
	for first := true; ; first = false {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) {
			return fmt.Errorf("answered %q", line)
		}
		if len(line) == 2 {
			break
		}
		if name, value, is := bytes.Cut(line, []byte(":")); is && bytes.EqualFold(name, []byte("content-length")) {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	if length != want {
		return fmt.Errorf("the answer has %d bytes, not %d: it is not the backend's", length, want)
	}
	_, err := in.Discard(length)
	return err
}
