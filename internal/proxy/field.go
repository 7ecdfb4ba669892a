package proxy

import "bytes"

// isToken has the characters of a token (RFC 9110 §5.6.2).
var isToken = [256]bool{
	'!': true, '#': true, '$': true, '%': true, '&': true, '\'': true, '*': true, '+': true, '-': true, '.': true,
	'^': true, '_': true, '`': true, '|': true, '~': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
}

// isHost has those of a host and its port, outside of an IP literal (RFC 3986 §3.2.2); sub-delims are left out, for no
// name that resolves has them.
var isHost = [256]bool{
	'-': true, '.': true, '_': true, '~': true, '%': true,
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'a': true, 'b': true, 'c': true, 'd': true, 'e': true, 'f': true, 'g': true, 'h': true, 'i': true, 'j': true,
	'k': true, 'l': true, 'm': true, 'n': true, 'o': true, 'p': true, 'q': true, 'r': true, 's': true, 't': true,
	'u': true, 'v': true, 'w': true, 'x': true, 'y': true, 'z': true,
	'A': true, 'B': true, 'C': true, 'D': true, 'E': true, 'F': true, 'G': true, 'H': true, 'I': true, 'J': true,
	'K': true, 'L': true, 'M': true, 'N': true, 'O': true, 'P': true, 'Q': true, 'R': true, 'S': true, 'T': true,
	'U': true, 'V': true, 'W': true, 'X': true, 'Y': true, 'Z': true,
}

func all(text []byte, set *[256]bool) bool {
	for _, b := range text {
		if !set[b] {
			return false
		}
	}
	return len(text) > 0
}

// validValue tells whether a field value has no control character but tab (RFC 9110 §5.5).
func validValue(value []byte) bool {
	for _, b := range value {
		if b < ' ' && b != '\t' || b == 0x7f {
			return false
		}
	}
	return true
}

// TrimSpace cuts optional white space: space and tab alone (RFC 9110 §5.6.3, RFC 9113 §8.2.1).
func TrimSpace(value []byte) []byte {
	for len(value) > 0 && (value[0] == ' ' || value[0] == '\t') {
		value = value[1:]
	}
	for len(value) > 0 && (value[len(value)-1] == ' ' || value[len(value)-1] == '\t') {
		value = value[:len(value)-1]
	}
	return value
}

// Same compares without regard to the case of ASCII letters; text is in lower case.
func Same(received []byte, text string) bool {
	if len(received) != len(text) {
		return false
	}
	for i, b := range received {
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		if b != text[i] {
			return false
		}
	}
	return true
}

// number reads 1*DIGIT that fits (RFC 9110 §8.6): no sign, no space, no list.
func number(digits []byte) (int64, bool) {
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	var n int64
	for _, b := range digits {
		if b < '0' || b > '9' {
			return 0, false
		}
		n = n*10 + int64(b-'0')
	}
	return n, true
}

// validHost tells whether host is uri-host [ ":" port ] (RFC 9110 §7.2).
func validHost(host []byte) bool {
	if len(host) > 0 && host[0] == '[' {
		return validLiteral(host)
	}
	name, port, _ := bytes.Cut(host, []byte{':'})
	return validPort(port) && all(name, &isHost)
}

// validLiteral is validHost for an IP literal: its brackets hold at least `::`.
func validLiteral(host []byte) bool {
	end := bytes.IndexByte(host, ']')
	if end < 3 {
		return false
	}
	for _, b := range host[1:end] {
		if b != ':' && b != '.' && hexDigit(b) > 15 {
			return false
		}
	}
	port, has := bytes.CutPrefix(host[end+1:], []byte{':'})
	return validPort(port) && (has || len(port) == 0)
}

func validPort(port []byte) bool {
	n, ok := number(port)
	return len(port) == 0 || ok && n <= 65535
}

// splitList are the members of a comma-separated list that are not empty (RFC 9110 §5.6.1).
func splitList(value string) []string {
	var members []string
	for part := range bytes.SplitSeq([]byte(value), []byte{','}) {
		if member := TrimSpace(part); len(member) > 0 {
			members = append(members, string(member))
		}
	}
	return members
}
