package spec

import (
	"fmt"
	"strconv"

	"github.com/banyan-run/banyan/internal/graph"
)

var retryNoun = noun{
	name: "retry", says: "retry", later: []string{"backoff", "buffer", "budget"},
	keys: []key{
		{name: "attempts", doc: "How often it is tried, the first time included; 1 is never again.", shape: &attempts, standard: fmt.Sprint(graph.DefaultAttempts), example: "3"},
		{name: "on", doc: "After what it is tried again: connect, or a status. connect for any method, and 502, 503 and 504 for idempotent ones, when it is not given.", shape: &causes, example: "[connect, 503]"},
	},
}

var (
	attempts = shape{says: "a whole number", forms: []form{whole}, parse: between(1, 10), kind: "integer"}
	cause    = shape{says: "connect or a status", forms: []form{text, whole}, parse: parseCause, kind: "string|integer"}
	causes   = shape{says: "a list of connect and statuses", item: &cause, or: &cause}
)

// parseCause reads a status of RFC 9110 §15.5 or §15.6, or connect.
func parseCause(text string) (any, error) {
	if n, err := strconv.Atoi(text); text == "connect" || err == nil && n >= 400 && n <= 599 && len(text) == 3 {
		return text, nil
	}
	return nil, wrongly(fmt.Sprintf("%q is neither connect nor a status from 400 to 599", text), "write entries such as connect, 429 or 503")
}

func (s scope) retry() graph.Retry {
	r := graph.Retry{At: s.at.position()}
	r.Attempts, _ = s.number("attempts")
	for _, one := range s.list("on") {
		r.On = append(r.On, one.text)
	}
	return r
}
