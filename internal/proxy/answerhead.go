package proxy

import (
	"bytes"

	"github.com/banyan-run/banyan/internal/exchange"
)

// parseAnswer reads a whole head of an answer. The values of h are the bytes of head.
func parseAnswer(head []byte, h *exchange.Head, f *framing, limits *Limits) error {
	f.reset()
	line, rest, _ := bytes.Cut(head, crlf)
	if err := statusLine(line, h); err != nil {
		return err
	}
	if err := parseFields(rest, h, f, limits.Fields); err != nil {
		return err
	}
	switch {
	case f.encoded && h.Proto == exchange.HTTP10:
		return errEncoding10
	case f.encoded && f.length != exchange.Unknown:
		return errBoth
	}
	return nil
}

// statusLine reads RFC 9112 §4: a client may take a line without the space after the code.
func statusLine(line []byte, h *exchange.Head) error {
	const code = len("HTTP/1.1 ")
	if len(line) < code+3 || line[code-1] != ' ' || len(line) > code+3 && line[code+3] != ' ' {
		return errStatusLine
	}
	switch string(line[:code-1]) {
	case "HTTP/1.1":
		h.Proto = exchange.HTTP11
	case "HTTP/1.0":
		h.Proto = exchange.HTTP10
	default:
		return errStatusLine
	}
	status, ok := number(line[code : code+3])
	if !ok || status < 100 || status > 599 || !validValue(line[code+3:]) {
		return errStatusLine
	}
	h.Status = int(status)
	return nil
}
