package line

import (
	"encoding/json"
	"strings"
)

// object calls each for every member of the JSON object whose value is a string or a number, and tells whether text is one
// object. It reads no deeper than the first level and keeps nothing, as most lines have members that nobody asks for.
func object(text string, each func(key, value string)) bool {
	if !json.Valid([]byte(text)) {
		return false
	}
	i := space(text, 1)
	for i < len(text) && text[i] == '"' {
		end := endOfString(text, i)
		key := text[i:end]
		i = space(text, space(text, end)+1) // past the colon
		begin := i
		i = endOfValue(text, i)
		if c := text[begin]; c == '"' || c == '-' || c >= '0' && c <= '9' {
			each(unquote(key), unquote(text[begin:i]))
		}
		i = space(text, i)
		if i < len(text) && text[i] == ',' {
			i = space(text, i+1)
		}
	}
	return true
}

func space(text string, i int) int {
	for i < len(text) && strings.IndexByte(" \t\r\n", text[i]) >= 0 {
		i++
	}
	return i
}

// endOfString returns the index after the closing quote of the string that begins at i; text is valid JSON.
func endOfString(text string, i int) int {
	for i++; i < len(text) && text[i] != '"'; i++ {
		if text[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func endOfValue(text string, i int) int {
	switch text[i] {
	case '"':
		return endOfString(text, i)
	case '{', '[':
		return endOfNested(text, i)
	}
	for i < len(text) && strings.IndexByte(",}] \t\r\n", text[i]) < 0 {
		i++
	}
	return i
}

func endOfNested(text string, i int) int {
	for depth := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}

func unquote(raw string) string {
	if raw[0] != '"' {
		return raw
	}
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var s string
	if json.Unmarshal([]byte(raw), &s) != nil {
		return ""
	}
	return s
}
