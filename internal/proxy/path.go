package proxy

import (
	"errors"
	"strings"
)

// The refusals of a path: different servers would read it differently.
var (
	errPathRelative  = errors.New("the path does not begin with a slash (RFC 3986 §3.3)")
	errPathCharacter = errors.New("the path has a character that must be escaped (RFC 3986 §3.3)")
	errPathEscape    = errors.New("the path has a percent sign without two hexadecimal digits (RFC 3986 §2.1)")
	errPathSeparator = errors.New("the path has an escaped slash, backslash or zero byte")
	errPathBackslash = errors.New("the path has a backslash")
	errPathEmpty     = errors.New("the path has an empty segment")
	errPathDots      = errors.New("the path has a dot segment with parameters")
)

// NormalizePath returns the one form in which an escaped path is matched, authorised and forwarded: unreserved characters
// unescaped, hexadecimal digits in upper case, dot segments resolved (RFC 3986 §6.2.2, §5.2.4). It refuses what could be read
// as another path: empty segments, dot segments with parameters, escaped separators, bad escapes. It is idempotent. `*` stays.
func NormalizePath(raw string) (string, error) {
	if raw == "*" {
		return raw, nil
	}
	if raw == "" || raw[0] != '/' {
		return "", errPathRelative
	}
	if isNormal(raw) {
		return raw, nil
	}
	plain, err := unescape(raw)
	if err != nil {
		return "", err
	}
	return resolveDots(plain)
}

// isNormal tells, without an allocation, that a path is already in the form that is wanted.
func isNormal(path string) bool {
	before := byte(0)
	for i := range len(path) {
		b := path[i]
		if b == '%' || b == '\\' || !isPathByte(b) || before == '/' && (b == '/' || b == '.') {
			return false
		}
		before = b
	}
	return true
}

// isPathByte has pchar of RFC 3986 §3.3 and the slash, and the few others that clients send unescaped and nobody reads as more.
func isPathByte(b byte) bool {
	return b > ' ' && b < 0x7f && b != '?' && b != '#'
}

// unescape decodes the escapes of unreserved characters and upper-cases the others.
func unescape(raw string) (string, error) {
	var out strings.Builder
	for i := 0; i < len(raw); i++ {
		b := raw[i]
		switch {
		case b == '\\':
			return "", errPathBackslash
		case !isPathByte(b):
			return "", errPathCharacter
		case b != '%':
			out.WriteByte(b)
			continue
		case i+2 >= len(raw) || hexDigit(raw[i+1]) > 15 || hexDigit(raw[i+2]) > 15:
			return "", errPathEscape
		}
		switch decoded := hexDigit(raw[i+1])<<4 | hexDigit(raw[i+2]); {
		case decoded == '/' || decoded == '\\' || decoded == 0:
			return "", errPathSeparator
		case isUnreserved(decoded):
			out.WriteByte(decoded)
		default:
			out.WriteString(strings.ToUpper(raw[i : i+3]))
		}
		i += 2
	}
	return out.String(), nil
}

func isUnreserved(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || '0' <= b && b <= '9' || b == '-' || b == '.' || b == '_' || b == '~'
}

// resolveDots removes dot segments (RFC 3986 §5.2.4). Going above the root stays at the root.
func resolveDots(path string) (string, error) {
	segments := strings.Split(path[1:], "/")
	kept := segments[:0]
	for i, segment := range segments {
		last := i == len(segments)-1
		name, _, parameters := strings.Cut(segment, ";")
		dots := name == "." || name == ".."
		switch {
		case dots && parameters:
			return "", errPathDots
		case segment == "" && !last:
			return "", errPathEmpty
		case name == "..":
			kept = kept[:max(len(kept)-1, 0)]
		case !dots:
			kept = append(kept, segment)
			continue
		}
		if last {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/"), nil
}
