package line

import (
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/signal"
)

// logfmt takes text as `key=value key="a value"` pairs, and tells whether it was: prose that holds an equals sign is not, so a
// level or a message must be among the pairs and nothing may stand between them.
func logfmt(text string, l *signal.Line) bool {
	found := *l
	known := false
	for rest := text; rest != ""; rest = strings.TrimLeft(rest, " \t") {
		key, after, ok := strings.Cut(rest, "=")
		if !ok || !isKey(key) {
			return false
		}
		value, remainder, ok := logfmtValue(after)
		if !ok {
			return false
		}
		field(&found, key, value)
		known = known || found.Level != l.Level || found.Message != l.Message
		rest = remainder
	}
	if known {
		*l = found
	}
	return known
}

func logfmtValue(text string) (value, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, " \t")
		if end < 0 {
			return text, "", true
		}
		return text[:end], text[end:], true
	}
	quoted, err := strconv.QuotedPrefix(text)
	if err != nil {
		return "", "", false
	}
	value, err = strconv.Unquote(quoted)
	return value, text[len(quoted):], err == nil
}

func isKey(key string) bool {
	if key == "" || len(key) > 64 {
		return false
	}
	for _, c := range key {
		word := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !word && !strings.ContainsRune("_.-@/", c) {
			return false
		}
	}
	return true
}
