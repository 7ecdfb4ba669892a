package telemetry

import (
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

// Gateway is the caller at the edge.
const Gateway = "gateway"

// spansOf makes the two spans of a hop: the caller's, which lasts as long as the exchange, and the callee's, which begins
// when the connection was there. What the callee calls names the exchange's span as its parent, so the callee's span has that
// id and the caller's has one derived from it. A request that no instance saw has the caller's span alone.
func spansOf(x *signal.Exchange, maps *reuse, dst []signal.Span) []signal.Span {
	status := ""
	if x.Status > 0 {
		status = strconv.Itoa(x.Status)
	}
	caller := signal.Span{
		Trace: x.Trace.Trace, ID: callerSpan(x.Trace.Span), Parent: x.Trace.Parent,
		Service: x.Caller, Kind: signal.Client, Name: nameOf(x),
		Start: x.Start, Duration: x.Times.Total, Failed: Failed(x), Message: messageOf(x), Attributes: attributesOf(x, status, maps.next()),
	}
	if x.Caller == Gateway {
		caller.Kind = signal.Server // the gateway serves an outside client; its hop inwards is the callee's span
	}
	dst = append(dst, caller)
	if x.Tries == 0 || x.Callee == "" {
		return dst
	}
	callee := caller
	callee.ID, callee.Parent, callee.Kind = x.Trace.Span, caller.ID, signal.Server
	callee.Service, callee.Instance = x.Callee, x.Instance
	reached := min(max(x.Times.Queue, x.Times.Connect), x.Times.Total)
	callee.Start, callee.Duration = x.Start.Add(reached), x.Times.Total-reached
	callee.Attributes = servedAttributes(x, status, maps.next())
	return append(dst, callee)
}

// callerSpan derives the id of the caller's span: one to one, and never zero.
func callerSpan(id trace.SpanID) trace.SpanID {
	const mask = 0xb5
	for i := range id {
		id[i] ^= mask
	}
	if id.IsZero() {
		id[0] = mask
	}
	return id
}

// nameOf is `{method} {route}`, or the method alone where no route is known; a path would make names without number.
func nameOf(x *signal.Exchange) string {
	switch {
	case isGRPC(x):
		return strings.TrimPrefix(x.Path, "/")
	case x.Route != "":
		return x.Method + " " + x.Route
	}
	return x.Method
}

func isGRPC(x *signal.Exchange) bool { return x.Protocol == "grpc" }

func attributesOf(x *signal.Exchange, status string, a map[string]string) map[string]string {
	servedAttributes(x, status, a)
	if x.Callee != "" {
		a[ServerAddress] = x.Callee
	}
	if x.Instance != "" {
		a[ServiceInstance] = x.Instance
	}
	if x.Tries > 1 {
		a[ResendCount] = strconv.Itoa(x.Tries - 1)
	}
	if x.Route != "" {
		a[HTTPRoute] = x.Route
	}
	if name, version := protocolOf(x.Protocol); name != "" {
		a[ProtocolName], a[ProtocolVersion] = name, version
	}
	setSize(a, RequestBody, x.BytesIn)
	setSize(a, ResponseBody, x.BytesOut)
	return a
}

// servedAttributes are those that both sides of a hop carry.
func servedAttributes(x *signal.Exchange, status string, a map[string]string) map[string]string {
	a[RequestMethod], a[URLPath], a[Caller] = x.Method, x.Path, x.Caller
	if status != "" {
		a[StatusCode] = status
	}
	if Failed(x) {
		a[ErrorType] = errorType(x)
	}
	if isGRPC(x) {
		setRPC(a, x)
	}
	return a
}

func setRPC(a map[string]string, x *signal.Exchange) {
	a[RPCSystem] = "grpc"
	if service, method, found := strings.Cut(strings.TrimPrefix(x.Path, "/"), "/"); found {
		a[RPCService], a[RPCMethod] = service, method
	}
	if x.GRPCStatus >= 0 {
		a[GRPCStatus] = strconv.Itoa(x.GRPCStatus)
	}
}

func errorType(x *signal.Exchange) string {
	switch {
	case x.Code != "":
		return x.Code
	case x.GRPCStatus > 0:
		return strconv.Itoa(x.GRPCStatus)
	}
	return strconv.Itoa(x.Status)
}

func setSize(a map[string]string, name string, n int64) {
	if n > 0 {
		a[name] = strconv.FormatInt(n, 10)
	}
}

func protocolOf(protocol string) (name, version string) {
	switch protocol {
	case "http/1.1":
		return "http", "1.1"
	case "h2", "grpc":
		return "http", "2"
	case "websocket":
		return "websocket", ""
	}
	return "", ""
}
