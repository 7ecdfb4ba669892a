package spec

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/banyan-run/banyan/internal/unit"
)

var (
	word    = shape{says: "a text", forms: []form{text}, parse: parseText, kind: "string"}
	anyWord = shape{says: "a text, a number, or true or false", forms: []form{text, whole, fraction, flag}, parse: parseVerbatim, kind: "string|number|boolean"}
	literal = shape{says: "a text", forms: []form{text}, parse: parseText, literal: true, kind: "string"}
	yesNo   = shape{says: "true or false", forms: []form{flag}, parse: parseFlag, kind: "boolean"}
	instant = shape{says: "a duration such as 2s", forms: []form{text, whole}, parse: parseDuration, kind: "string", pattern: durationPattern}
	pause   = shape{says: "a duration such as 10s", forms: []form{text, whole}, parse: parsePause, kind: "string", pattern: durationPattern}
	words   = shape{says: "a list of texts", item: &word, or: &word}
)

const durationPattern = `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h|d))+$`

func parseText(text string) (any, error) {
	switch {
	case strings.ContainsFunc(text, unicode.IsControl): // it would steer the terminals that show the text
		return nil, wrongly("a control character stands in the text", "write one line of plain text")
	case strings.TrimSpace(text) == "":
		return nil, wrongly("it is empty", "write a value, or remove the key")
	}
	return text, nil
}

// parseVerbatim takes the empty text too: an empty variable is one.
func parseVerbatim(text string) (any, error) {
	if strings.ContainsRune(text, 0) {
		return nil, wrongly("a zero byte stands in the text", "remove it: no variable can hold one")
	}
	return text, nil
}

// parseFlag reads what YAML 1.2's core schema calls a boolean.
func parseFlag(text string) (any, error) { return strings.EqualFold(text, "true"), nil }

func parsePause(text string) (any, error) {
	d, err := unit.ParseDuration(text)
	if err != nil {
		says, hint, _ := strings.Cut(err.Error(), ": ")
		if _, whole := strconv.Atoi(text); whole == nil {
			hint = fmt.Sprintf("a duration has a unit: %ss, %sms", text, text)
		}
		return nil, wrongly(says, hint)
	}
	return d, nil
}

func parseDuration(text string) (any, error) {
	d, err := parsePause(text)
	if err == nil && d.(time.Duration) == 0 {
		return nil, wrongly("it is zero", "write a duration above zero")
	}
	return d, err
}

// parseWhole reads an integer of YAML 1.2's core schema (§10.3.2): 010 is ten there, and eight in the schema of YAML 1.1.
func parseWhole(text string) (int64, error) {
	if strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0o") {
		return strconv.ParseInt(text, 0, 64)
	}
	return strconv.ParseInt(text, 10, 64)
}

// between reads a whole number of a range.
func between(least, most int) func(string) (any, error) {
	return func(text string) (any, error) {
		n, err := parseWhole(text)
		if err != nil || n < int64(least) || n > int64(most) {
			return nil, wrongly(fmt.Sprintf("%s is not between %d and %d", text, least, most), fmt.Sprintf("write a whole number from %d to %d", least, most))
		}
		return int(n), nil
	}
}

// oneOf reads one of a few words.
func oneOf(all ...string) func(string) (any, error) {
	return func(text string) (any, error) {
		if slices.Contains(all, text) {
			return text, nil
		}
		w := wrong{says: fmt.Sprintf("%q is none of %s", text, strings.Join(all, ", ")), hint: "write one of " + strings.Join(all, ", ")}
		for _, near := range []string{nearest(text, all), nearest(strings.ToUpper(text), all), nearest(strings.ToLower(text), all)} {
			if near != "" {
				w.hint = fmt.Sprintf("did you mean %q?", near)
				break
			}
		}
		return nil, w
	}
}

var errPort = errors.New("its port is not between 0 and 65535")

// splitAddress reads host:port.
func splitAddress(text string) (host string, port int, err error) {
	host, number, err := net.SplitHostPort(text)
	if err != nil {
		return "", 0, err
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return "", 0, errPort
	}
	return host, int(n), nil
}
