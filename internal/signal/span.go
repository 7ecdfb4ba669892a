package signal

import (
	"time"

	"github.com/banyan-run/banyan/internal/trace"
)

// Kind is a span's role in its hop (OpenTelemetry's SpanKind).
type Kind string

// The kinds that Banyan records.
const (
	Server   Kind = "server"
	Client   Kind = "client"
	Internal Kind = "internal"
	Producer Kind = "producer"
	Consumer Kind = "consumer"
)

// Span is one timed piece of work of one service.
type Span struct {
	Trace    trace.ID      `json:"-"`
	ID       trace.SpanID  `json:"-"`
	Parent   trace.SpanID  `json:"-"`
	Service  string        `json:"service"`
	Instance string        `json:"instance,omitempty"`
	Name     string        `json:"name"`
	Kind     Kind          `json:"kind"`
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration"`
	// Failed says that the work did not do what was asked; Message says why.
	Failed  bool   `json:"failed,omitempty"`
	Message string `json:"message,omitempty"`
	// Attributes carry OpenTelemetry's semantic names (http.request.method, http.response.status_code, …); what is said of the process
	// that did the work, and not of the work, has ResourcePrefix before its name.
	Attributes Attributes `json:"attributes,omitempty"`
	Events     []Event    `json:"events,omitempty"`
	Links      []Link     `json:"links,omitempty"`
}

// ResourcePrefix begins the names of attributes of a process.
const ResourcePrefix = "resource."

// Event is something that happened at an instant within a span.
type Event struct {
	At         time.Time  `json:"at"`
	Name       string     `json:"name"`
	Attributes Attributes `json:"attributes,omitempty"`
}

// Link names a span of this or another trace that has to do with the span, without being its parent.
type Link struct {
	Trace      trace.ID     `json:"-"`
	Span       trace.SpanID `json:"-"`
	Attributes Attributes   `json:"attributes,omitempty"`
}
