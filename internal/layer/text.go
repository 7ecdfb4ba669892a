package layer

import (
	"bytes"
	"unsafe"

	"github.com/banyan-run/banyan/internal/exchange"
)

// Set is Head.Set for bytes that may lie on the stack: Head copies its values, so the string need not outlive the call.
func Set(h *exchange.Head, name string, value []byte) {
	if len(value) == 0 {
		h.Set(name, "")
		return
	}
	h.Set(name, unsafe.String(&value[0], len(value)))
}

// Same compares a field's name as received with one in lower case, the underscore taken for a dash: servers that make variables of
// names (CGI, RFC 3875 §4.1.18) cannot tell `X_Banyan_Caller` from `X-Banyan-Caller`.
func Same(received []byte, name string) bool {
	return len(received) == len(name) && Begins(received, name)
}

// Begins is Same for the beginning of a name.
func Begins(received []byte, prefix string) bool {
	if len(received) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		b := received[i]
		switch {
		case 'A' <= b && b <= 'Z':
			b += 'a' - 'A'
		case b == '_':
			b = '-'
		}
		if b != prefix[i] {
			return false
		}
	}
	return true
}

// AppendHost appends the host of an authority in lower case, without port, brackets and the root's dot.
func AppendHost(dst []byte, authority string) []byte {
	end := len(authority)
	for i := end - 1; i >= 0 && authority[i] != ']'; i-- {
		if authority[i] == ':' {
			end = i
			break
		}
	}
	host := authority[:end]
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	for i := range len(host) {
		b := host[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		dst = append(dst, b)
	}
	if n := len(dst); n > 1 && dst[n-1] == '.' {
		dst = dst[:n-1]
	}
	return dst
}

var grpcType = []byte("application/grpc")

// SpeaksGRPC tells it by the content type of a request, but for gRPC-Web, which keeps its status in the body and reads HTTP's.
func SpeaksGRPC(h *exchange.Head) bool {
	rest, is := bytes.CutPrefix(h.Get("Content-Type"), grpcType)
	return is && (len(rest) == 0 || rest[0] == '+' || rest[0] == ';')
}
