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

// load sends requests over s.connections connections, one after the other on each, and returns how many were answered.
func load(address string, s shape, length time.Duration) (int64, error) {
	request := fmt.Appendf(nil, "GET /bench?%d HTTP/1.1\r\nHost: bench.local\r\n\r\n", s.answer)
	if s.send > 0 {
		request = fmt.Appendf(nil, "POST /bench?%d HTTP/1.1\r\nHost: bench.local\r\nContent-Length: %d\r\n\r\n%s",
			s.answer, s.send, bytes.Repeat([]byte("y"), s.send))
	}
	var done atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, s.connections)
	until := time.Now().Add(length)
	for range s.connections {
		group.Go(func() {
			if err := repeat(address, request, s.answer, until, &done); err != nil {
				failures <- err
			}
		})
	}
	group.Wait()
	close(failures)
	return done.Load(), <-failures
}

func repeat(address string, request []byte, answer int, until time.Time, done *atomic.Int64) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 32<<10)
	for time.Now().Before(until) {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		if err := readAnswer(in, answer); err != nil {
			return err
		}
		done.Add(1)
	}
	return nil
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
