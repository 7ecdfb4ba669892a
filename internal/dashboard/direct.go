package dashboard

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
)

// Direct is the way to a handler of the same process: no socket lies between, and the answer is held whole.
func Direct(handler http.Handler) http.RoundTripper { return direct{handler} }

type direct struct{ handler http.Handler }

// RoundTrip answers with what the handler wrote.
func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	if r.Body == nil {
		r.Body = http.NoBody // a server's request has a body at all times
	}
	written := kept{header: http.Header{}, status: http.StatusOK}
	d.handler.ServeHTTP(&written, r)
	return &http.Response{
		Status: strconv.Itoa(written.status) + " " + http.StatusText(written.status), StatusCode: written.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: written.header, Request: r,
		Body: io.NopCloser(&written.body), ContentLength: int64(written.body.Len()),
	}, nil
}

// kept is an answer that is held whole.
type kept struct {
	header http.Header
	body   bytes.Buffer
	status int
	begun  bool
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) {
	if !k.begun {
		k.status, k.begun = status, true
	}
}

func (k *kept) Write(p []byte) (int, error) {
	k.begun = true
	return k.body.Write(p)
}
