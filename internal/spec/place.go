package spec

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// place tells where in the file the byte at an offset of the node's text stands. It is exact for values of one line; of a
// folded or literal block it finds the line.
func (n *node) place(offset int) diag.Position {
	at := n.at.position()
	if n.at.file == nil {
		return at
	}
	line := n.at.file.line(n.at.line)
	if n.at.column > len(line) {
		return at
	}
	rest := line[n.at.column-1:]
	switch {
	case strings.HasPrefix(n.text, rest) || strings.HasPrefix(rest, n.text):
		if offset <= len(rest) {
			at.Column += offset
			return at
		}
	case rest[0] == '"' || rest[0] == '\'':
		at.Column += quotedOffset(rest, offset)
		return at
	}
	return n.within(offset)
}

// quote is the sign that the value stands between in its file, 0 when none does. An anchor and a tag may stand before it.
func (n *node) quote() byte {
	if n.at.file == nil {
		return 0
	}
	line := n.at.file.line(n.at.line)
	rest := line[min(n.at.column-1, len(line)):]
	for rest != "" && (rest[0] == '&' || rest[0] == '!') {
		_, rest, _ = strings.Cut(rest, " ")
		rest = strings.TrimLeft(rest, " ")
	}
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return 0
	}
	return rest[0]
}

// quotedOffset is how far into a quoted scalar the byte at an offset of its value stands (YAML 1.2.2 §7.3).
func quotedOffset(rest string, offset int) int {
	at := 1
	for ; offset > 0 && at < len(rest); offset-- {
		switch {
		case rest[0] == '"' && rest[at] == '\\' && at+1 < len(rest):
			at += escapeLength(rest[at+1])
		case rest[0] == '\'' && strings.HasPrefix(rest[at:], "''"):
			at += 2
		default:
			at++
		}
	}
	return min(at, len(rest)-1)
}

// escapeLength is the bytes that an escape takes. One that makes a character of several bytes is counted as if it made one.
func escapeLength(c byte) int {
	switch c {
	case 'x':
		return 4
	case 'u':
		return 6
	case 'U':
		return 10
	}
	return 2
}

// within looks below the node for the line of its text that an offset is in.
func (n *node) within(offset int) diag.Position {
	offset = min(offset, len(n.text))
	start := strings.LastIndexByte(n.text[:offset], '\n') + 1
	line, _, _ := strings.Cut(n.text[start:], "\n")
	file := n.at.file
	for number := n.at.line; number <= len(file.starts) && number < n.at.line+1000; number++ {
		if at := strings.Index(file.line(number), line); at >= 0 && line != "" {
			return diag.Position{File: file.shown, Line: number, Column: at + 1 + offset - start}
		}
	}
	return n.at.position()
}
