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
//
// The attributes of all spans of a batch are in one array, said: to make one for each was most of what a request cost the writer.
func spansOf(x *signal.Exchange, said *signal.Attributes, dst []signal.Span) []signal.Span {
	status := ""
	if x.Status > 0 {
		status = strconv.Itoa(x.Status)
	}
	caller := signal.Span{
		Trace: x.Trace.Trace, ID: callerSpan(x.Trace.Span), Parent: x.Trace.Parent,
		Service: x.Caller, Kind: signal.Client, Name: nameOf(x),
		Start: x.Start, Duration: x.Times.Total, Failed: Failed(x), Message: messageOf(x), Attributes: attributesOf(x, status, said),
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
	callee.Attributes = servedAttributes(x, status, said)
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

func attributesOf(x *signal.Exchange, status string, said *signal.Attributes) signal.Attributes {
	from := len(*said)
	a := appendServed(*said, x, status)
	a = appendFilled(a, ServerAddress, x.Callee)
	a = appendFilled(a, ServiceInstance, x.Instance)
	if x.Tries > 1 {
		a = append(a, signal.Attribute{Name: ResendCount, Value: strconv.Itoa(x.Tries - 1)})
	}
	a = appendFilled(a, HTTPRoute, x.Route)
	if name, version := protocolOf(x.Protocol); name != "" {
		a = append(a, signal.Attribute{Name: ProtocolName, Value: name}, signal.Attribute{Name: ProtocolVersion, Value: version})
	}
	a = appendSize(a, RequestBody, x.BytesIn)
	a = appendSize(a, ResponseBody, x.BytesOut)
	*said = a
	return a[from:len(a):len(a)]
}

func servedAttributes(x *signal.Exchange, status string, said *signal.Attributes) signal.Attributes {
	from := len(*said)
	*said = appendServed(*said, x, status)
	return (*said)[from:len(*said):len(*said)]
}

// appendServed appends the attributes that both sides of a hop carry.
func appendServed(a signal.Attributes, x *signal.Exchange, status string) signal.Attributes {
	a = append(a, signal.Attribute{Name: RequestMethod, Value: x.Method}, signal.Attribute{Name: URLPath, Value: x.Path},
		signal.Attribute{Name: Caller, Value: x.Caller})
	a = appendFilled(a, StatusCode, status)
	if Failed(x) {
		a = append(a, signal.Attribute{Name: ErrorType, Value: errorType(x)})
	}
	if isGRPC(x) {
		a = appendRPC(a, x)
	}
	return a
}

func appendFilled(a signal.Attributes, name, value string) signal.Attributes {
	if value == "" {
		return a
	}
	return append(a, signal.Attribute{Name: name, Value: value})
}

func appendRPC(a signal.Attributes, x *signal.Exchange) signal.Attributes {
	a = append(a, signal.Attribute{Name: RPCSystem, Value: "grpc"})
	if service, method, found := strings.Cut(strings.TrimPrefix(x.Path, "/"), "/"); found {
		a = append(a, signal.Attribute{Name: RPCService, Value: service}, signal.Attribute{Name: RPCMethod, Value: method})
	}
	if x.GRPCStatus >= 0 {
		a = append(a, signal.Attribute{Name: GRPCStatus, Value: strconv.Itoa(x.GRPCStatus)})
	}
	return a
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

func appendSize(a signal.Attributes, name string, n int64) signal.Attributes {
	if n <= 0 {
		return a
	}
	return append(a, signal.Attribute{Name: name, Value: strconv.FormatInt(n, 10)})
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
