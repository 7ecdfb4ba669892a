package record

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/problem"
)

func TestNothingOfTheExchangeIsKept(t *testing.T) {
	buffer := []byte("PURGE/a/path?orders.1")
	at := func(from, to int) string { return unsafe.String(&buffer[from], to-from) }
	x := &exchange.Exchange{Now: time.Now()}
	x.Request.Method, x.Request.Path = at(0, 5), at(5, 12)
	x.Note.Instance = at(13, 21)
	r := Of(x)
	for i := range buffer {
		buffer[i] = '!'
	}
	if r.Method != "PURGE" || r.Path != "/a/path" || r.Instance != "orders.1" {
		t.Fatalf("%+v", r)
	}
}

func TestOf(t *testing.T) {
	start := time.Now().Add(-time.Second)
	rows := []struct {
		sentence string
		set      func(x *exchange.Exchange)
		protocol string
		grpc     int
		code     string
	}{
		{"plain HTTP/1.1", func(*exchange.Exchange) {}, "http/1.1", -1, ""},
		{"HTTP/2", func(x *exchange.Exchange) { x.Request.Proto = exchange.HTTP2 }, "h2", -1, ""},
		{"gRPC with its status in the trailers", func(x *exchange.Exchange) {
			x.Request.Set("Content-Type", "application/grpc+proto")
			x.Endpoint.H2, x.Reply.Trailer = true, &exchange.Head{}
			x.Reply.Trailer.Set("grpc-status", "5")
		}, "grpc", 5, ""},
		{"gRPC that is trailers only", func(x *exchange.Exchange) {
			x.Request.Set("Content-Type", "application/grpc")
			x.Reply.Head.Set("Grpc-Status", "0")
		}, "grpc", 0, ""},
		{"a status that is none", func(x *exchange.Exchange) { x.Reply.Head.Set("Grpc-Status", "x") }, "http/1.1", -1, ""},
		{"gRPC-Web is HTTP", func(x *exchange.Exchange) { x.Request.Set("Content-Type", "application/grpc-web") }, "http/1.1", -1, ""},
		{"a refusal with its cause", func(x *exchange.Exchange) {
			x.Note.Cause = problem.New(diag.ConnectFailed, "orders.1 does not accept connections").Because(errors.New("refused"))
		}, "http/1.1", -1, "BYN-3021"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			x := &exchange.Exchange{Now: start, Edge: exchange.Edge{Caller: "a", Callee: "b"}, Route: &exchange.Route{Name: "n", Template: "/x/**"}}
			x.Note = exchange.Note{Tries: 2, Queued: start.Add(time.Millisecond), BytesIn: 3, BytesOut: 4}
			x.Peer.Verified = true
			row.set(x)
			r := Of(x)
			if r.Protocol != row.protocol || r.GRPCStatus != row.grpc || r.Code != row.code || r.Code != "" != (r.Reason != "") {
				t.Errorf("%+v", r)
			}
			if r.Caller != "a" || r.Callee != "b" || r.Route != "/x/**" || r.Tries != 2 || !r.Verified || r.BytesIn != 3 || r.BytesOut != 4 {
				t.Errorf("%+v", r)
			}
			if r.Times.Queue != time.Millisecond || r.Times.Connect != 0 || r.Times.FirstByte != 0 || r.Times.Total < time.Second || !r.Start.Equal(start) {
				t.Errorf("%+v", r.Times)
			}
		})
	}
}

func TestTheReasonSaysNeitherTheCodeNorAnythingTwice(t *testing.T) {
	x := &exchange.Exchange{Now: time.Now()}
	left := problem.New(diag.ClientGone, "the client left").Because(errors.New("broken pipe"))
	x.Note.Cause = problem.New(diag.ClientGone, "the client left").Because(left)
	if r := Of(x); r.Code != string(diag.ClientGone) || r.Reason != "the client left: broken pipe" {
		t.Fatalf("%q %q", r.Code, r.Reason)
	}
}

func TestWhatAClientChoosesIsBounded(t *testing.T) {
	x := &exchange.Exchange{Now: time.Now()}
	long := strings.Repeat("/é", 10_000)
	x.Request.Method, x.Request.Path = strings.Repeat("M", 10_000), long
	x.Note.Cause = problem.New(diag.NoRoute, "No route matches %s.", long)
	r := Of(x)
	const most = 1 << 10
	for _, text := range []string{r.Method, r.Path, r.Reason} {
		if len(text) > most+len("…") || !strings.HasSuffix(text, "…") || !utf8.ValidString(text) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
	}
}
