package h2

import (
	"strconv"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/proxy"
)

// indexOf has the static table's names (RFC 7541 appendix A), the first entry of each.
var indexOf = map[string]uint64{
	":authority": 1, ":method": 2, ":path": 4, ":scheme": 6, ":status": 8,
	"accept-charset": 15, "accept-encoding": 16, "accept-language": 17, "accept-ranges": 18, "accept": 19,
	"access-control-allow-origin": 20, "age": 21, "allow": 22, "authorization": 23, "cache-control": 24,
	"content-disposition": 25, "content-encoding": 26, "content-language": 27, "content-length": 28, "content-location": 29,
	"content-range": 30, "content-type": 31, "cookie": 32, "date": 33, "etag": 34, "expect": 35, "expires": 36, "from": 37,
	"host": 38, "if-match": 39, "if-modified-since": 40, "if-none-match": 41, "if-range": 42, "if-unmodified-since": 43,
	"last-modified": 44, "link": 45, "location": 46, "max-forwards": 47, "proxy-authenticate": 48, "proxy-authorization": 49,
	"range": 50, "referer": 51, "refresh": 52, "retry-after": 53, "server": 54, "set-cookie": 55,
	"strict-transport-security": 56, "transfer-encoding": 57, "user-agent": 58, "vary": 59, "via": 60, "www-authenticate": 61,
}

// appendNumber appends n with a prefix of bits in a first octet that begins with pattern (RFC 7541 §5.1).
func appendNumber(out []byte, pattern byte, bits uint, n uint64) []byte {
	most := uint64(1)<<bits - 1
	if n < most {
		return append(out, pattern|byte(n))
	}
	out = append(out, pattern|byte(most))
	for n -= most; n >= 128; n >>= 7 {
		out = append(out, byte(n)|128)
	}
	return append(out, byte(n))
}

// appendField appends a field as a literal without indexing (RFC 7541 §6.2.2), or never indexed where an intermediary should
// not index it either (§7.1.3). The name is written in lower case; what a layer set is not trusted to be a value of RFC 9113 §8.2.1.
func appendField(out, name, value []byte) []byte {
	var space [64]byte
	low := space[:0]
	for _, b := range name {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		low = append(low, b)
	}
	var pattern byte
	switch string(low) {
	case "authorization", "cookie", "set-cookie", "proxy-authorization":
		pattern = 0x10
	}
	index := indexOf[string(low)]
	out = appendNumber(out, pattern, 4, index)
	if index == 0 {
		out = append(appendNumber(out, 0, 7, uint64(len(low))), low...)
	}
	return appendValue(out, value)
}

func appendValue(out, value []byte) []byte {
	value = proxy.TrimSpace(value)
	return proxy.AppendValue(appendNumber(out, 0, 7, uint64(len(value))), value)
}

// appendText appends a pseudo-field by the index of its name.
func appendText(out []byte, index uint64, value string) []byte {
	out = appendNumber(out, 0, 4, index)
	return append(appendNumber(out, 0, 7, uint64(len(value))), value...)
}

// indexed appends a whole entry of the static table (RFC 7541 §6.1).
func indexed(out []byte, index byte) []byte { return append(out, 0x80|index) }

// appendRequest appends the header block of x's request.
func appendRequest(out []byte, x *exchange.Exchange, length int64) []byte {
	h := &x.Request
	switch h.Method {
	case "GET":
		out = indexed(out, 2)
	case "POST":
		out = indexed(out, 3)
	default:
		out = appendText(out, 2, h.Method)
	}
	if x.Endpoint.TLS {
		out = indexed(out, 7)
	} else {
		out = indexed(out, 6)
	}
	out = appendText(out, 1, h.Authority)
	out = appendNumber(out, 0, 4, 4)
	size := len(h.Path)
	if h.HasQuery {
		size += 1 + len(h.Query)
	}
	out = append(appendNumber(out, 0, 7, uint64(size)), h.Path...)
	if h.HasQuery {
		out = append(append(out, '?'), h.Query...)
	}
	out = appendFields(out, h, true)
	if length > 0 || length == 0 && (h.Method == "POST" || h.Method == "PUT") {
		out = appendLength(out, length)
	}
	return out
}

func appendLength(out []byte, length int64) []byte {
	var digits [20]byte
	return appendValue(appendNumber(out, 0, 4, 28), strconv.AppendInt(digits[:0], length, 10))
}

// appendStatus appends the status; seven of them are whole entries of the static table.
func appendStatus(out []byte, status int) []byte {
	switch status {
	case 200:
		return indexed(out, 8)
	case 204:
		return indexed(out, 9)
	case 206:
		return indexed(out, 10)
	case 304:
		return indexed(out, 11)
	case 400:
		return indexed(out, 12)
	case 404:
		return indexed(out, 13)
	case 500:
		return indexed(out, 14)
	}
	var digits [3]byte
	return appendValue(appendNumber(out, 0, 4, 8), strconv.AppendInt(digits[:0], int64(status), 10))
}

// appendFields appends all fields but those that the writer makes itself and those that HTTP/2 has not (RFC 9113 §8.2.2).
func appendFields(out []byte, h *exchange.Head, request bool) []byte {
	for name, value := range h.Fields() {
		if proxy.OfConnection(name) || proxy.Same(name, "content-length") || proxy.Same(name, "expect") || request && proxy.Same(name, "host") {
			continue
		}
		if proxy.Same(name, "te") && (!request || !proxy.Same(value, "trailers")) {
			continue
		}
		out = appendField(out, name, value)
	}
	return out
}
