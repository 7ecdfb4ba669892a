package h2

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// FuzzHeadersAreReadAsTheyAreWritten has what passes the decoder written again and read by hpack alone: nothing may be added or lost.
func FuzzHeadersAreReadAsTheyAreWritten(f *testing.F) {
	f.Add("GET", "/a?b", "shop", "x-a", "1")
	f.Add("POST", "/", "", "te", "trailers")
	f.Add("PUT", "*", "a:1", "cookie", "a=1")
	f.Add("GET", "/", "a", "bad name", "v")
	f.Add("GET", "/", "a", "n", " padded")
	f.Fuzz(func(t *testing.T, method, path, authority, name, value string) {
		var block bytes.Buffer
		encoder := hpack.NewEncoder(&block)
		for _, field := range [][2]string{{":method", method}, {":scheme", "http"}, {":authority", authority}, {":path", path}, {name, value}} {
			if err := encoder.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}); err != nil {
				t.Fatal(err)
			}
		}
		d := newDecoder(64<<10, 100)
		x := &exchange.Exchange{}
		if _, err := d.read(block.Bytes(), &x.Request, request); err != nil {
			return
		}
		fields, err := hpack.NewDecoder(4096, nil).DecodeFull(appendRequest(nil, x, exchange.Unknown))
		if err != nil {
			t.Fatal(err)
		}
		pseudo := map[string]string{}
		for _, field := range fields[:4] {
			pseudo[field.Name] = field.Value
		}
		if pseudo[":method"] != method || pseudo[":path"] != path || pseudo[":authority"] != x.Request.Authority {
			t.Fatalf("%q is written as %v", x.Request.Method, fields)
		}
		for _, field := range fields[4:] {
			if field.Name != name || field.Value != value {
				t.Fatalf("%q: %q is written as %v", name, value, field)
			}
		}
	})
}

// FuzzConnection has a server read whatever comes after the preface. It must end, and answer with frames alone.
func FuzzConnection(f *testing.F) {
	var ordinary bytes.Buffer
	framer := http2.NewFramer(&ordinary, nil)
	_ = framer.WriteSettings()
	_ = framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82, 0x86, 0x84, 0x41, 1, 'a'}, EndHeaders: true})
	_ = framer.WriteData(1, true, []byte("body"))
	f.Add(ordinary.Bytes())
	f.Add([]byte("\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x04\x03\x00\x00\x00\x01\x00\x00\x00\x00"))
	front := &proxy.Server{Handler: exchange.HandlerFunc(func(x *exchange.Exchange) error {
		x.Answer(200, "text/plain", []byte("answer"))
		return nil
	})}
	f.Fuzz(func(t *testing.T, text []byte) {
		client, server := net.Pipe()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			NewServer().Serve(context.Background(), front, server, exchange.Peer{})
		}()
		go func() {
			_, _ = client.Write(append([]byte(http2.ClientPreface), text...))
			time.AfterFunc(5*time.Millisecond, func() { _ = client.Close() })
		}()
		frames := http2.NewFramer(nil, client)
		for {
			if _, err := frames.ReadFrame(); err != nil {
				break
			}
		}
		_ = client.Close()
		<-ended
	})
}
