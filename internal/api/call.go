package api

import "unicode/utf8"

// Call is a request to a service as the operator.
type Call struct {
	Service string              `json:"service" doc:"The callee."`
	Method  string              `json:"method" doc:"HTTP method."`
	Path    string              `json:"path" doc:"Path with query."`
	Header  map[string][]string `json:"header,omitempty" doc:"Fields to send."`
	Body    []byte              `json:"body,omitempty" doc:"Body, base64."`
}

// Answer is what came back.
type Answer struct {
	Status   int                 `json:"status" doc:"HTTP status."`
	Header   map[string][]string `json:"header" doc:"Fields."`
	Text     string              `json:"text,omitempty" doc:"Body, at most 8 MiB, where it is UTF-8."`
	Body     []byte              `json:"body,omitempty" doc:"Body, at most 8 MiB, base64, where it is not UTF-8."`
	Cut      bool                `json:"cut,omitempty" doc:"The body was longer."`
	Trace    string              `json:"trace" doc:"Trace id."`
	Instance string              `json:"instance,omitempty" doc:"Who answered."`
	Duration Seconds             `json:"duration" doc:"Seconds."`
}

// readable returns the answer with a body of text as text.
func (a Answer) readable() Answer {
	if utf8.Valid(a.Body) {
		a.Text, a.Body = string(a.Body), nil
	}
	return a
}

// Content is the body, whichever it is.
func (a Answer) Content() []byte {
	if a.Text != "" {
		return []byte(a.Text)
	}
	return a.Body
}

// Verdict explains what would happen to a request or to a call; nothing is sent.
type Verdict struct {
	// Subject is `GET /path` or `reviews → payments`.
	Subject string `json:"subject" doc:"What was asked about."`
	Allowed bool   `json:"allowed" doc:"It would be carried."`
	// Steps are the layers in their order, each with what it decides.
	Steps []Step `json:"steps" doc:"What decides, in order."`
	// Lost are rules that match as well and lose, with the reason.
	Lost []Lost `json:"lost,omitempty" doc:"Rules that match and lose."`
	Fix  *Fix   `json:"fix,omitempty" doc:"The change that would allow it."`
}

// Step is what one layer decides.
type Step struct {
	Name   string `json:"name" doc:"Layer."`
	Says   string `json:"says" doc:"Its decision."`
	Detail string `json:"detail,omitempty" doc:"Why."`
	Where  string `json:"where,omitempty" doc:"file:line:column."`
}

// Lost is a rule that matches as well.
type Lost struct {
	Rule  string `json:"rule" doc:"Name of the rule."`
	Why   string `json:"why" doc:"Why it loses."`
	Where string `json:"where,omitempty" doc:"file:line:column."`
}

// Fix is a change of the file.
type Fix struct {
	Where string `json:"where" doc:"file:line:column."`
	Add   string `json:"add" doc:"Text to add there."`
}
