package record

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/layer"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/signal"
)

// Of is the record of x at this instant.
func Of(x *exchange.Exchange) signal.Exchange {
	start := x.Now
	if start.IsZero() {
		start = time.Now()
	}
	r := signal.Exchange{
		Trace: x.Trace, Caller: x.Edge.Caller, Callee: x.Edge.Callee, Instance: x.Note.Instance, Method: methodOf(x.Request.Method),
		Protocol: protocolOf(x), Status: x.Reply.Head.Status, GRPCStatus: grpcStatus(x), Start: start,
		Times: signal.Times{
			Queue: since(start, x.Note.Queued), Connect: since(start, x.Note.Connected), FirstByte: since(start, x.Note.Answered),
			Total: time.Since(start),
		},
		BytesIn: x.Note.BytesIn, BytesOut: x.Note.BytesOut, Tries: x.Note.Tries, Verified: x.Peer.Verified,
	}
	r.Path, r.Trace.State = bounded(x.Request.Path), x.Trace.State
	all := joined(r.Caller, r.Callee, r.Instance, r.Path, r.Trace.State)
	r.Caller, all = cut(all, len(r.Caller))
	r.Callee, all = cut(all, len(r.Callee))
	r.Instance, all = cut(all, len(r.Instance))
	r.Path, r.Trace.State = cut(all, len(r.Path))
	if x.Route != nil {
		r.Route = x.Route.Template
	}
	if x.Note.Cause != nil {
		c := problem.CauseOf(x.Note.Cause)
		r.Code, r.Reason = string(c.Code), strings.Clone(bounded(c.Reason()))
	}
	return r
}

// most bounds what a record keeps of a text that a client may choose, in bytes: thousands of records wait, and are indexed, in memory.
const most = 1 << 10

// joined copies what is the exchange's own memory, all into one piece; + would not copy where all but one are empty.
func joined(texts ...string) string {
	length := 0
	for _, text := range texts {
		length += len(text)
	}
	var b strings.Builder
	b.Grow(length)
	for _, text := range texts {
		b.WriteString(text)
	}
	return b.String()
}

func cut(text string, at int) (before, after string) { return text[:at], text[at:] }

// bounded is text, cut where it is too long.
func bounded(text string) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func since(start, at time.Time) time.Duration {
	if at.IsZero() {
		return 0
	}
	return at.Sub(start)
}

// methodOf saves the copy for the methods of RFC 9110 §9.
func methodOf(method string) string {
	for _, known := range [...]string{"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"} {
		if method == known {
			return known
		}
	}
	return strings.Clone(bounded(method))
}

var webSocket = []byte("websocket")

func protocolOf(x *exchange.Exchange) string {
	switch {
	case x.Reply.Upgrade != nil && bytes.EqualFold(x.Request.Get("Upgrade"), webSocket):
		return "websocket"
	case layer.SpeaksGRPC(&x.Request):
		return "grpc"
	case x.Request.Proto == exchange.HTTP2:
		return "h2"
	}
	return "http/1.1"
}

// grpcStatus reads the trailers, or the head of an answer that is trailers only; -1 where there is none. Trailers over HTTP/1.1 are not
// looked at: they are the connection's memory, which is given back by now, and no gRPC comes that way.
func grpcStatus(x *exchange.Exchange) int {
	value := x.Reply.Head.Get("Grpc-Status")
	if value == nil && x.Reply.Trailer != nil && x.Endpoint.H2 {
		value = x.Reply.Trailer.Get("Grpc-Status")
	}
	if len(value) == 0 {
		return -1
	}
	if status, err := strconv.Atoi(string(value)); err == nil && status >= 0 {
		return status
	}
	return -1
}
