package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
	"github.com/banyan-run/banyan/internal/proxy/h2"
)

// proxied stands for connectrpc's reference server: it starts that, and answers with the address of the engine in front of it.
// Both sides say one message of protobuf each, after its length in four bytes (connectrpc.com/conformance: ServerCompatRequest,
// ServerCompatResponse).
func proxied(ctx context.Context) error {
	asked, err := message(os.Stdin)
	if err != nil {
		return err
	}
	server := exec.CommandContext(ctx, os.Args[2])
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	if err := say(in, asked); err != nil {
		return err
	}
	answered, err := message(out)
	if err != nil {
		return err
	}
	address, err := listening(answered)
	if err != nil {
		return err
	}
	const version2 = 2 // HTTPVersion.HTTP_VERSION_2
	listener, err := engine(ctx, address, number(asked, 2) == version2)
	if err != nil {
		return err
	}
	if err := say(os.Stdout, response(listener.Addr())); err != nil {
		return err
	}
	if err := in.Close(); err != nil {
		return err
	}
	ended, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	<-ended.Done() // the suite's way to say that it has had enough
	return server.Process.Kill()
}

func engine(ctx context.Context, address string, framed bool) (net.Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	transport := proxy.NewTransport(proxy.TransportOptions{Framed: h2.NewTransport(proxy.TransportOptions{})})
	s := &proxy.Server{Framed: h2.NewServer(), Handler: exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Endpoint = exchange.Endpoint{Instance: "reference", Address: address, H2: framed}
		return transport.Handle(x)
	})}
	go func() {
		if err := s.Serve(ctx, l); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return l, nil
}

func message(from io.Reader) ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(from, size[:]); err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	text := make([]byte, binary.BigEndian.Uint32(size[:]))
	_, err := io.ReadFull(from, text)
	return text, err
}

func say(to io.Writer, text []byte) error {
	_, err := to.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

// fields visits the fields of a message: numbers as they are, texts in bytes.
func fields(text []byte, visit func(field uint64, value uint64, bytes []byte)) {
	for len(text) > 0 {
		key, n := binary.Uvarint(text)
		text = text[max(n, 0):]
		value, n := binary.Uvarint(text)
		if n <= 0 {
			return
		}
		text = text[n:]
		if key&7 != 2 {
			visit(key>>3, value, nil)
			continue
		}
		visit(key>>3, 0, text[:min(value, uint64(len(text)))])
		text = text[min(value, uint64(len(text))):]
	}
}

func number(text []byte, field uint64) (value uint64) {
	fields(text, func(f, v uint64, _ []byte) {
		if f == field {
			value = v
		}
	})
	return value
}

func listening(text []byte) (string, error) {
	var host string
	var port uint64
	fields(text, func(f, v uint64, b []byte) {
		switch f {
		case 1:
			host = string(bytes.Clone(b))
		case 2:
			port = v
		}
	})
	if port == 0 {
		return "", errors.New("the reference server named no port")
	}
	return net.JoinHostPort(host, strconv.FormatUint(port, 10)), nil
}

func response(at net.Addr) []byte {
	tcp, _ := at.(*net.TCPAddr)
	host := tcp.IP.String()
	out := append([]byte{1<<3 | 2, byte(len(host))}, host...)
	return binary.AppendUvarint(append(out, 2<<3), uint64(tcp.Port))
}
