package proxy

import (
	"strconv"

	"github.com/banyan-run/banyan/internal/exchange"
)

// appendRequest appends the head of x's request as this hop sends it: method and target byte for byte, Host from Authority,
// framing by the body's length.
func appendRequest(out []byte, x *exchange.Exchange) []byte {
	h := &x.Request
	out = append(append(out, h.Method...), ' ')
	out = append(out, h.Path...)
	if h.HasQuery {
		out = append(append(out, '?'), h.Query...)
	}
	out = append(out, " HTTP/1.1\r\nHost: "...)
	out = append(append(out, h.Authority...), "\r\n"...)
	upgrading, trailers := upgrades(h), false
	for name, value := range h.Fields() {
		switch {
		case Same(name, "te"):
			trailers = true
			continue
		case Same(name, "upgrade") && upgrading:
		case OfConnection(name), Same(name, "host"), Same(name, "content-length"):
			continue
		}
		out = appendField(out, name, value)
	}
	out = appendFraming(out, x)
	switch {
	case upgrading:
		out = append(out, "Connection: Upgrade\r\n"...)
	case trailers:
		out = append(out, "TE: trailers\r\nConnection: TE\r\n"...) // RFC 9110 §10.1.4
	}
	return append(out, "\r\n"...)
}

// upgrades tells whether the request asks for another protocol.
func upgrades(h *exchange.Head) bool { return h.Has("Upgrade") && h.HasToken("Connection", "upgrade") }

func appendFraming(out []byte, x *exchange.Exchange) []byte {
	switch length := x.Body.Len(); {
	case x.Body.Empty() && !expectsBody(x.Request.Method) && !x.Request.Has("Content-Length"):
		return out
	case x.Body.Empty():
		return append(out, "Content-Length: 0\r\n"...)
	case length >= 0 && x.Body.Trailer == nil:
		out = append(out, "Content-Length: "...)
		return append(strconv.AppendInt(out, length, 10), "\r\n"...)
	}
	return append(out, "Transfer-Encoding: chunked\r\n"...)
}

// expectsBody says for which methods a missing body is told by a length of zero (RFC 9110 §8.6).
func expectsBody(method string) bool { return method == "POST" || method == "PUT" || method == "PATCH" }
