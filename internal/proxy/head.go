package proxy

import (
	"bytes"
	"unsafe"

	"github.com/banyan-run/banyan/internal/exchange"
)

// framing is what the fields of one connection say: where the body ends and what becomes of the connection. The parser takes
// them out of the head, so that a handler sees what is meant for it alone.
type framing struct {
	host  []byte
	hosts int
	// length is Content-Length's, exchange.Unknown without one.
	length  int64
	chunked bool
	encoded bool
	// closing and keeping are Connection's options; named says that it has names of further fields.
	closing, keeping, upgrading, named bool
	connections                        [][]byte
	upgrade                            []byte
	expects                            bool
	trailers                           bool
	lines                              int
}

func (f *framing) reset() {
	*f = framing{length: exchange.Unknown, connections: f.connections[:0]}
}

// headEnd looks for the empty line that ends a head, from the start of a line at *line on, and returns the head's length, 0
// when it is not complete. *line moves on, so that no line is looked at twice.
func headEnd(data []byte, line *int) (int, error) {
	for {
		feed := bytes.IndexByte(data[*line:], '\n')
		if feed < 0 {
			return 0, nil
		}
		if feed == 0 || data[*line+feed-1] != '\r' {
			return 0, errBareLF
		}
		*line += feed + 1
		if feed == 1 {
			return *line, nil
		}
	}
}

// parseRequest reads a whole head, its empty line included, into h and f. Strings and values of h are the bytes of head.
func parseRequest(head []byte, h *exchange.Head, f *framing, limits *Limits) error {
	f.reset()
	line, rest, _ := bytes.Cut(head, crlf)
	if err := requestLine(line, h, f, limits); err != nil {
		return err
	}
	if err := parseFields(rest, h, f, limits.Fields); err != nil {
		return err
	}
	return checkRequest(h, f)
}

var crlf = []byte("\r\n")

func requestLine(line []byte, h *exchange.Head, f *framing, limits *Limits) error {
	first, last := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
	if first <= 0 || first == last {
		return errRequestLine
	}
	method, target, version := line[:first], line[first+1:last], line[last+1:]
	if !all(method, &isToken) {
		return errMethod
	}
	switch string(version) {
	case "HTTP/1.1":
		h.Proto = exchange.HTTP11
	case "HTTP/1.0":
		h.Proto = exchange.HTTP10
	default:
		if len(version) == 8 && bytes.HasPrefix(version, []byte("HTTP/")) {
			return errVersion
		}
		return errRequestLine
	}
	if len(target) > limits.Target {
		return errTargetLong
	}
	h.Method = text(method)
	return requestTarget(target, h, f)
}

// requestTarget reads the four forms of RFC 9112 §3.2.
func requestTarget(target []byte, h *exchange.Head, f *framing) error {
	if !validTarget(target) {
		return errTarget
	}
	h.Scheme = "http"
	switch {
	case h.Method == "CONNECT":
		return errConnect
	case len(target) == 0:
		return errTargetForm
	case target[0] == '/':
	case len(target) == 1 && target[0] == '*' && h.Method == "OPTIONS":
	default:
		rest, err := absoluteForm(target, h)
		if err != nil {
			return err
		}
		target = rest
	}
	path, query, has := bytes.Cut(target, []byte{'?'})
	h.Path, h.Query, h.HasQuery = text(path), text(query), has
	return nil
}

// validTarget tells whether a target has only characters that one may have: printable ASCII, and no fragment.
func validTarget(target []byte) bool {
	for _, b := range target {
		if b <= ' ' || b >= 0x7f || b == '#' {
			return false
		}
	}
	return true
}

// absoluteForm takes scheme and authority off the target: the Host field is ignored for it (RFC 9112 §3.2.2).
func absoluteForm(target []byte, h *exchange.Head) ([]byte, error) {
	var rest []byte
	switch {
	case len(target) > 7 && Same(target[:7], "http://"):
		rest = target[7:]
	case len(target) > 8 && Same(target[:8], "https://"):
		rest, h.Scheme = target[8:], "https"
	default:
		return nil, errTargetForm
	}
	end := bytes.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	if !validHost(rest[:end]) {
		return nil, errHost
	}
	h.Authority = text(rest[:end])
	switch rest = rest[end:]; {
	case len(rest) > 0 && rest[0] == '/':
		return rest, nil
	case len(rest) == 0 && h.Method == "OPTIONS":
		return []byte{'*'}, nil
	}
	return append([]byte{'/'}, rest...), nil
}

// parseFields reads field lines up to the empty one.
func parseFields(block []byte, h *exchange.Head, f *framing, bound int) error {
	for len(block) > 2 {
		end := bytes.IndexByte(block, '\n')
		line := block[:end-1]
		block = block[end+1:]
		if line[0] == ' ' || line[0] == '\t' {
			return errFold
		}
		colon := bytes.IndexByte(line, ':')
		if colon < 0 {
			return errColon
		}
		name, value := line[:colon], TrimSpace(line[colon+1:])
		if !all(name, &isToken) {
			return errName
		}
		if !validValue(value) {
			return errValue
		}
		if f.lines++; f.lines > bound {
			return errHeadLarge
		}
		taken, err := f.take(name, value)
		if err != nil {
			return err
		}
		if !taken {
			h.Keep(name, value)
		}
	}
	if f.named {
		h.DelFunc(f.isNamed)
	}
	return nil
}

// text is a string of the same bytes: it lives as long as the head does, which is the contract of exchange.Head.
func text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

// checkRequest holds what concerns the head as a whole.
func checkRequest(h *exchange.Head, f *framing) error {
	switch {
	case f.hosts > 1, f.hosts == 0 && h.Proto == exchange.HTTP11:
		return errHosts
	case f.hosts == 1 && !validHost(f.host) && (len(f.host) > 0 || h.Proto == exchange.HTTP11 && h.Authority == ""):
		return errHost
	case f.encoded && h.Proto == exchange.HTTP10:
		return errEncoding10
	case f.encoded && f.length != exchange.Unknown:
		return errBoth
	}
	if h.Authority == "" {
		h.Authority = text(f.host)
	}
	f.keepUpgrade(h)
	if f.trailers {
		h.Set("TE", "trailers")
	}
	return nil
}

// keepUpgrade gives the handler what an upgrade needs. One that comes with a body, or to HTTP/2, is ignored (RFC 9110 §7.8).
func (f *framing) keepUpgrade(h *exchange.Head) {
	f.upgrading = f.upgrading && len(f.upgrade) > 0 && h.Proto == exchange.HTTP11 && !offersH2C(f.upgrade) &&
		!f.chunked && f.length <= 0
	if f.upgrading {
		h.Set("Connection", "Upgrade")
		h.Set("Upgrade", string(f.upgrade))
	}
}

// offersH2C tells whether HTTP/2 is among the protocols offered: an instance that took it up would be sent requests that no layer sees.
func offersH2C(upgrade []byte) bool {
	for part := range bytes.SplitSeq(upgrade, []byte{','}) {
		if protocol := TrimSpace(part); Same(protocol, "h2c") || Same(protocol, "h2") {
			return true
		}
	}
	return false
}
