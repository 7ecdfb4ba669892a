package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// reverse is what a Go programmer has after an afternoon: httputil.ReverseProxy with the settings that its users find out about.
// It listens on the plain, the secure and the framed address, and is given the backends and their certificate.
func reverse(arguments []string) error {
	const wanted = 6
	if len(arguments) != wanted {
		return fmt.Errorf("reverse takes %d arguments", wanted)
	}
	plain, secure, framed, certificate := arguments[0], arguments[1], arguments[2], arguments[3]
	debug.SetGCPercent(400)
	failed := make(chan error)
	var one, two, both http.Protocols
	one.SetHTTP1(true)
	two.SetUnencryptedHTTP2(true)
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	ordinary, calls := forward(strings.Split(arguments[4], ","), &one), forward(strings.Split(arguments[5], ","), &two)
	quiet := log.New(io.Discard, "", 0)
	go func() {
		failed <- (&http.Server{Addr: plain, Protocols: &one, Handler: ordinary, ErrorLog: quiet}).ListenAndServe()
	}()
	go func() {
		failed <- (&http.Server{Addr: framed, Protocols: &two, Handler: calls, ErrorLog: quiet}).ListenAndServe()
	}()
	go func() {
		server := http.Server{Addr: secure, Protocols: &both, TLSConfig: onlyX25519(), Handler: ordinary, ErrorLog: quiet}
		failed <- server.ListenAndServeTLS(certificate, certificate)
	}()
	return <-failed
}

func forward(backends []string, protocols *http.Protocols) http.Handler {
	var next atomic.Uint64
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: backends[next.Add(1)%uint64(len(backends))]})
			r.Out.Host = r.In.Host
		},
		Transport: &http.Transport{
			Protocols: protocols, MaxIdleConns: 2048, MaxIdleConnsPerHost: 1024, IdleConnTimeout: time.Minute, DisableCompression: true,
			ReadBufferSize: 32 << 10, WriteBufferSize: 4 << 10,
		},
		FlushInterval: flushing(protocols),
		BufferPool:    &buffers{sync.Pool{New: func() any { return make([]byte, 32<<10) }}},
	}
}

// flushing sends what calls of gRPC answer at once, as streams need; the rest may wait for more.
func flushing(protocols *http.Protocols) time.Duration {
	if protocols.UnencryptedHTTP2() {
		return -1
	}
	return 0
}

type buffers struct{ sync.Pool }

func (b *buffers) Get() []byte { return b.Pool.Get().([]byte) }

func (b *buffers) Put(one []byte) { b.Pool.Put(one) } //nolint:staticcheck // the header costs less than a pool of pointers reads
