package proxy

import (
	"bytes"

	"github.com/banyan-run/banyan/internal/exchange"
)

// take reads a field that concerns the connection or the framing, and tells whether it is to be kept from the handler
// (RFC 9110 §7.6.1). Content-Length is read and passed on.
func (f *framing) take(name, value []byte) (bool, error) {
	switch len(name) {
	case len("te"):
		return f.takeTE(name, value), nil
	case len("host"):
		if Same(name, "host") {
			f.hosts, f.host = f.hosts+1, value
			return true, nil
		}
	case len("expect"):
		return f.takeExpect(name, value)
	case len("upgrade"):
		if Same(name, "upgrade") {
			f.upgrade = value
			return true, nil
		}
	case len("connection"): // and keep-alive
		if Same(name, "connection") {
			f.takeConnection(value)
			return true, nil
		}
		return Same(name, "keep-alive"), nil
	case len("content-length"): // and http2-settings
		if Same(name, "content-length") {
			return false, f.takeLength(value)
		}
		return Same(name, "http2-settings"), nil
	case len("proxy-connection"):
		return Same(name, "proxy-connection"), nil
	case len("transfer-encoding"):
		if Same(name, "transfer-encoding") {
			return true, f.takeEncoding(value)
		}
	case len("proxy-authenticate"):
		return Same(name, "proxy-authenticate"), nil
	case len("proxy-authorization"):
		return Same(name, "proxy-authorization"), nil
	}
	return false, nil
}

func (f *framing) takeTE(name, value []byte) bool {
	if !Same(name, "te") {
		return false
	}
	for part := range bytes.SplitSeq(value, []byte{','}) {
		f.trailers = f.trailers || Same(TrimSpace(part), "trailers")
	}
	return true
}

func (f *framing) takeExpect(name, value []byte) (bool, error) {
	if !Same(name, "expect") {
		return false, nil
	}
	f.expects = true
	if !Same(value, "100-continue") {
		return true, errExpect
	}
	return true, nil
}

func (f *framing) takeLength(value []byte) error {
	// RFC 9112 §6.3 would let equal ones pass as one; nobody who means well sends them.
	if f.length != exchange.Unknown {
		return errLengths
	}
	n, ok := number(value)
	if !ok {
		return errLength
	}
	f.length = n
	return nil
}

func (f *framing) takeEncoding(value []byte) error {
	if f.encoded {
		return errEncodings
	}
	f.encoded = true
	if !Same(value, "chunked") {
		return errEncoding
	}
	f.chunked = true
	return nil
}

func (f *framing) takeConnection(value []byte) {
	for part := range bytes.SplitSeq(value, []byte{','}) {
		switch option := TrimSpace(part); {
		case len(option) == 0:
		case Same(option, "close"):
			f.closing = true
		case Same(option, "keep-alive"):
			f.keeping = true
		case Same(option, "upgrade"):
			f.upgrading = true
		default:
			f.named = true
		}
	}
	f.connections = append(f.connections, value)
}

// isNamed tells whether Connection names the field.
func (f *framing) isNamed(name []byte) bool {
	for _, value := range f.connections {
		for part := range bytes.SplitSeq(value, []byte{','}) {
			if bytes.EqualFold(TrimSpace(part), name) {
				return true
			}
		}
	}
	return false
}

// persists tells whether the connection may carry another message (RFC 9112 §9.3).
func (f *framing) persists(proto exchange.Proto) bool {
	if proto == exchange.HTTP10 {
		return f.keeping && !f.closing
	}
	return !f.closing
}
