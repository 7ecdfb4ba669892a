package problem

import (
	"encoding/json"

	"github.com/banyan-run/banyan/internal/diag"
)

// ContentType is the media type of a problem document (RFC 9457 §3).
const ContentType = "application/problem+json"

// Problem is a problem document; Code, Hop, Trace and Fix are extension members (RFC 9457 §3.2).
type Problem struct {
	Type   string    `json:"type"`
	Title  string    `json:"title"`
	Status int       `json:"status"`
	Code   diag.Code `json:"code"`
	Detail string    `json:"detail,omitempty"`
	Hop    string    `json:"hop,omitempty"`
	Trace  string    `json:"trace,omitempty"`
	Fix    *Fix      `json:"fix,omitempty"`
}

// Audience decides how much of a cause is told.
type Audience int

const (
	// Outside is told the code and the trace id.
	Outside Audience = iota
	// Inside, callers and operators in the environment `local`, is told the hop and the fix too.
	Inside
)

// From makes the document of an error.
func From(err error, audience Audience, trace string) Problem {
	c := CauseOf(err)
	p := Problem{Type: "urn:banyan:" + string(c.Code), Title: title(c.Code), Status: StatusOf(c), Code: c.Code, Trace: trace}
	if audience == Inside || !revealing(c.Code) {
		p.Detail = c.Detail
	}
	if audience == Inside {
		p.Hop, p.Fix = c.Hop, c.Fix
	}
	return p
}

// JSON is the document's bytes.
func (p Problem) JSON() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		// Every member is a string or a number.
		panic(err)
	}
	return append(b, '\n')
}

// Error makes a document that a client received an error.
func (p Problem) Error() string {
	if p.Detail == "" {
		return string(p.Code) + " " + p.Title
	}
	return string(p.Code) + " " + p.Title + ": " + p.Detail
}

func title(code diag.Code) string {
	if e, known := diag.Lookup(code); known {
		return e.Title
	}
	return "Refused"
}
