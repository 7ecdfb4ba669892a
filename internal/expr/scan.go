package expr

import "strings"

// closing finds the brace that ends an expression: not one within a text, a comment or an inner map (CEL's lexis:
// cel-spec, langdef, "Syntax"). It is -1 when there is none.
func closing(text string) int {
	depth := 0
	for at := 0; at < len(text); {
		switch c := text[at]; {
		case c == '}' && depth == 0:
			return at
		case c == '}':
			depth--
		case c == '{':
			depth++
		case c == '"' || c == '\'':
			end := quoted(text[at:], raw(text, at))
			if end < 0 {
				return -1
			}
			at += end
			continue
		case strings.HasPrefix(text[at:], "//"):
			end := strings.IndexByte(text[at:], '\n')
			if end < 0 {
				return -1
			}
			at += end
		}
		at++
	}
	return -1
}

// quoted is the length of the text that begins with a quote, both quotes included; -1 when it does not end.
func quoted(text string, raw bool) int {
	quote := text[:1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text, triple) {
		quote = triple
	}
	for at := len(quote); at < len(text); at++ {
		switch {
		case text[at] == '\\' && !raw:
			at++
		case strings.HasPrefix(text[at:], quote):
			return at + len(quote)
		}
	}
	return -1
}

// raw tells whether the quote at at has the prefix r, after which a backslash is itself.
func raw(text string, at int) bool {
	start := at
	for start > 0 && strings.IndexByte("rRbB", text[start-1]) >= 0 {
		start--
	}
	if start > 0 && isLetter(text[start-1]) {
		return false // the letters end a longer word
	}
	return strings.ContainsAny(text[start:at], "rR")
}

func isLetter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
