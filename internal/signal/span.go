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
	// Attributes carry OpenTelemetry's semantic names (http.request.method, http.response.status_code, …).
	Attributes map[string]string `json:"attributes,omitempty"`
}
