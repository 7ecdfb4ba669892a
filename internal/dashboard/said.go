package dashboard

import (
	"encoding/json"
	"slices"
	"strings"
)

// The members of a JSON line that its message does not need: the page has them in columns of their own.
var (
	messages = []string{"msg", "message", "event"}
	columns  = []string{
		"time", "ts", "timestamp", "@timestamp", "level", "lvl", "severity", "service", "service.name",
		"trace", "trace_id", "traceId", "traceID", "traceparent", "span_id", "spanId", "spanID",
	}
)

// said is a line as a person reads it: of a JSON object its message, then its other members as key=value in their order.
// Whatever is no JSON object stays as it was written.
func said(t Text) Text {
	members, ok := membersOf(string(t))
	if !ok {
		return t
	}
	message, rest := "", []string{}
	for _, m := range members {
		switch {
		case slices.Contains(columns, m.name):
		case message == "" && slices.Contains(messages, m.name):
			message = m.value
		default:
			rest = append(rest, m.name+"="+m.value)
		}
	}
	if message == "" {
		return t // without a message the members are all there is, and the line says it as well
	}
	return Text(plain(strings.Join(append([]string{message}, rest...), "  ")))
}

type member struct{ name, value string }

// membersOf reads one JSON object; a value that is no string stays as it was written.
func membersOf(text string) ([]member, bool) {
	if !strings.HasPrefix(text, "{") || !json.Valid([]byte(text)) {
		return nil, false
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	if _, err := decoder.Token(); err != nil { // the brace
		return nil, false
	}
	var members []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, false
		}
		value := string(raw)
		_ = json.Unmarshal(raw, &value) // otherwise it is no string
		members = append(members, member{name.(string), value})
	}
	return members, true
}
