package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
)

// serve is a backend on loopback: for HTTP it answers as many bytes as the query asks for, it echoes WebSocket messages, and it
// answers unary calls of gRPC. It speaks HTTP/1.1 and HTTP/2 with prior knowledge on one port.
func serve(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	var both http.Protocols
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true)
	server := &http.Server{Protocols: &both, Handler: http.HandlerFunc(respond)}
	go func() { _ = server.Serve(l) }() // ends with the listener
	return l, nil
}

func respond(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == echoPath:
		echo(w, r)
	case r.ProtoMajor == 2:
		unary(w, r)
	default:
		_, _ = io.Copy(io.Discard, r.Body)
		n, _ := strconv.Atoi(r.URL.RawQuery)
		w.Header().Set("Content-Length", strconv.Itoa(n))
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	}
}

// unary answers with as many bytes as came.
func unary(w http.ResponseWriter, r *http.Request) {
	message, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/grpc")
	w.Header().Set("Trailer", "Grpc-Status")
	_, _ = w.Write(message)
	w.Header().Set("Grpc-Status", "0")
}

// backend serves as an instance of a service, which is told where by its environment, until it is killed.
func backend() error {
	if _, err := serve(net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT"))); err != nil {
		return err
	}
	select {}
}
