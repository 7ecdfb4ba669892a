package nethttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

// ToHandler answers exchanges by h. Answers stream: what h writes is passed on when it flushes, when 4 KiB have come, and at its
// end. Trailers are sent by http.TrailerPrefix or when declared. A panic ends the answer; hijacking is not offered.
func ToHandler(h http.Handler) exchange.Handler {
	return exchange.HandlerFunc(func(x *exchange.Exchange) error {
		ctx, cancel := bounded(x)
		r, err := toRequest(ctx, x)
		if err != nil {
			cancel()
			return err
		}
		reader, writer := io.Pipe()
		w := &response{header: http.Header{}, pipe: writer, begun: make(chan struct{}), interim: x.Interim}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			serve(h, w, r)
		}()
		<-w.begun
		reply := func() error {
			cancel()
			_ = reader.CloseWithError(context.Canceled)
			x.Body.Interrupt()
			<-ended
			x.Body.Resume()
			return nil
		}
		if w.failed != nil {
			_ = reply()
			return w.failed
		}
		w.answer(x, reader)
		x.Reply.OnClose(reply)
		return nil
	})
}

func bounded(x *exchange.Exchange) (context.Context, context.CancelFunc) {
	if x.Deadline.IsZero() {
		return context.WithCancel(x.Ctx)
	}
	return context.WithDeadline(x.Ctx, x.Deadline)
}

func toRequest(ctx context.Context, x *exchange.Exchange) (*http.Request, error) {
	// A handler of net/http may keep strings; the exchange's live no longer than it does.
	target := strings.Clone(x.Request.Target())
	at, err := url.ParseRequestURI(target)
	if err != nil {
		var quoting *url.Error
		if errors.As(err, &quoting) {
			err = quoting.Err // url.Error quotes the whole target, and queries are not recorded
		}
		return nil, problem.New(diag.BadRequest, "the request target is malformed").Because(err)
	}
	r := (&http.Request{
		Method: strings.Clone(x.Request.Method), URL: at, RequestURI: target, Host: strings.Clone(x.Request.Authority),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody,
		RemoteAddr: x.Peer.Address.String(),
	}).WithContext(ctx)
	switch x.Request.Proto {
	case exchange.HTTP2:
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/2.0", 2, 0
	case exchange.HTTP10:
		r.Proto, r.ProtoMinor = "HTTP/1.0", 0
	}
	for name, value := range x.Request.Fields() {
		r.Header.Add(string(name), string(value))
	}
	if !x.Body.Empty() {
		r.Body, r.ContentLength = &requestBody{x: x, r: r}, x.Body.Len()
	}
	return r, nil
}

type requestBody struct {
	x *exchange.Exchange
	r *http.Request
}

func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.x.Body.Read(p)
	if err == io.EOF && b.x.Body.Trailer != nil {
		b.r.Trailer = http.Header{}
		for name, value := range b.x.Body.Trailer.Fields() {
			b.r.Trailer.Add(string(name), string(value))
		}
	}
	return n, err
}

func (b *requestBody) Close() error { return nil }

// serve runs h and ends the answer.
func serve(h http.Handler, w *response, r *http.Request) {
	defer func() {
		if thrown := recover(); thrown != nil {
			w.abort(thrown)
			return
		}
		w.end()
	}()
	h.ServeHTTP(w, r)
}

// response is what h writes to. It belongs to h's goroutine until begun is closed; then the head is the exchange's.
type response struct {
	header  http.Header
	status  int
	buffer  []byte
	pipe    *io.PipeWriter
	begun   chan struct{}
	whole   bool
	head    http.Header // as it was when the answer began
	failed  error
	interim func(*exchange.Head) error
	trailer exchange.Head
}

const buffered = 4 << 10

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	switch {
	case w.status != 0:
	case status >= 100 && status < 200:
		w.sendInterim(status)
	default:
		w.status, w.head = status, w.header.Clone()
	}
}

func (w *response) sendInterim(status int) {
	if w.interim == nil {
		return
	}
	h := exchange.Head{Status: status}
	for name, values := range w.header {
		for _, value := range values {
			h.Add(name, value)
		}
	}
	// A client that left shows at the next write.
	_ = w.interim(&h)
}

func (w *response) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if !w.started() && len(w.buffer)+len(p) <= buffered {
		w.buffer = append(w.buffer, p...)
		return len(p), nil
	}
	if err := w.FlushError(); err != nil {
		return 0, err
	}
	return w.pipe.Write(p)
}

func (w *response) started() bool {
	select {
	case <-w.begun:
		return true
	default:
		return false
	}
}

// FlushError passes on what was written.
func (w *response) FlushError() error {
	w.WriteHeader(http.StatusOK)
	if w.started() {
		return nil
	}
	close(w.begun)
	if len(w.buffer) == 0 {
		return nil
	}
	_, err := w.pipe.Write(w.buffer)
	return err
}

// Flush is FlushError for http.Flusher.
func (w *response) Flush() { _ = w.FlushError() }

func (w *response) end() {
	w.WriteHeader(http.StatusOK)
	w.readTrailer()
	if !w.started() {
		w.whole = true
		close(w.begun)
		if len(w.buffer) > 0 {
			_, _ = w.pipe.Write(w.buffer) // a reader that left needs no end
		}
	}
	_ = w.pipe.Close()
}

// readTrailer takes the fields that were set after the answer began.
func (w *response) readTrailer() {
	for name, values := range w.header {
		key, prefixed := strings.CutPrefix(name, http.TrailerPrefix)
		if !prefixed && !w.declared(name) {
			continue
		}
		for _, value := range values {
			w.trailer.Add(key, value)
		}
	}
}

func (w *response) declared(name string) bool {
	for _, list := range w.head.Values("Trailer") {
		for key := range strings.SplitSeq(list, ",") {
			if http.CanonicalHeaderKey(strings.TrimSpace(key)) == name {
				return true
			}
		}
	}
	return false
}

func (w *response) abort(thrown any) {
	err := errors.New("the handler gave up")
	if thrown != any(http.ErrAbortHandler) {
		err = fmt.Errorf("panic: %v", thrown)
	}
	cause := problem.New(diag.Internal, "the request could not be handled").Because(err)
	if !w.started() {
		w.failed = cause
		close(w.begun)
	}
	_ = w.pipe.CloseWithError(cause)
}

// answer makes what h has begun the reply.
func (w *response) answer(x *exchange.Exchange, body io.Reader) {
	reply := &x.Reply
	reply.Head.Status, reply.Length = w.status, exchange.Unknown
	for name, values := range w.head {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			continue
		}
		for _, value := range values {
			reply.Head.Add(name, value)
		}
	}
	if w.whole {
		reply.Length = int64(len(w.buffer))
	} else if n, err := strconv.ParseInt(w.head.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		reply.Length = n
	}
	if w.head.Get("Content-Type") == "" && len(w.buffer) > 0 {
		reply.Head.Set("Content-Type", http.DetectContentType(w.buffer))
	}
	// The trailer is h's until the end: only of a whole answer it is known whether one comes.
	if w.head.Get("Trailer") != "" || w.whole && w.trailer.Len() > 0 || !w.whole && reply.Length < 0 {
		reply.Trailer = &w.trailer
	}
	if w.whole && len(w.buffer) == 0 && w.trailer.Len() == 0 {
		return
	}
	reply.Body = body
}
