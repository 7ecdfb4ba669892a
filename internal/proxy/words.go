package proxy

import "github.com/banyan-run/banyan/internal/exchange"

// What HTTP/1 and HTTP/2 mean alike by a head: the child h2 writes and reads it by the same words.

// Bodiless tells whether an answer to method with status never has a body (RFC 9112 §6.3, RFC 9110 §6.4.1).
func Bodiless(method string, status int) bool {
	return method == "HEAD" || status == 204 || status == 304 || status < 200
}

// Lasting tells whether an answer, or a request, is meant to last: its timeout is for the head.
func Lasting(h *exchange.Head) bool { return IsGRPC(h) || hasType(h, "text/event-stream") }

// IsGRPC tells whether a head is of gRPC.
func IsGRPC(h *exchange.Head) bool { return hasType(h, "application/grpc") }

// hasType tells whether the media type begins with kind, which is in lower case.
func hasType(h *exchange.Head, kind string) bool {
	value := h.Get("Content-Type")
	return len(value) >= len(kind) && Same(value[:len(kind)], kind)
}

// OfConnection tells whether a field concerns the connection, so that whoever writes a head says it itself (RFC 9110 §7.6.1), or
// not at all (RFC 9113 §8.2.2).
func OfConnection(name []byte) bool {
	switch len(name) {
	case len("connection"):
		return Same(name, "connection") || Same(name, "keep-alive")
	case len("transfer-encoding"):
		return Same(name, "transfer-encoding")
	case len("upgrade"):
		return Same(name, "upgrade")
	case len("proxy-connection"):
		return Same(name, "proxy-connection")
	}
	return false
}

// AppendValue appends a field's value. What a layer set is not trusted to be free of line ends and zeros.
func AppendValue(out, value []byte) []byte {
	from := len(out)
	out = append(out, value...)
	for i := from; i < len(out); i++ {
		if b := out[i]; b == '\r' || b == '\n' || b == 0 {
			out[i] = ' '
		}
	}
	return out
}
