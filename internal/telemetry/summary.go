package telemetry

import (
	"slices"
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

// Summary is what a list says of a trace.
type Summary struct {
	ID trace.ID
	// Name is method and path at the root, Service who received it first, Route the gateway's route.
	Name, Service, Route string
	// Status is that of the root's answer, 0 when there is none.
	Status   int
	Failed   bool
	Start    time.Time
	Duration time.Duration
	// Hops counts requests that were served, Retries the attempts beyond the first of each.
	Hops, Retries int
	// Services are those that took part, in the order of their first spans.
	Services []string
}

// Shuffled is how far traces may stand from their order in time where they are kept: those that end at about the same time are
// written in one batch, in any order.
const Shuffled = 256

// Newest sorts found by start, the newest first, and returns n of them at most.
func Newest(found []Summary, n int) []Summary {
	slices.SortStableFunc(found, func(a, b Summary) int { return b.Start.Compare(a.Start) })
	return found[:min(n, len(found))]
}

// Add takes one more span of the trace in; the order of spans does not matter but for Services.
func (s *Summary) Add(span *signal.Span) {
	s.ID = span.Trace
	if !slices.Contains(s.Services, span.Service) {
		s.Services = append(s.Services, span.Service)
	}
	if span.Kind == signal.Server {
		s.Hops++
	}
	if n, err := strconv.Atoi(span.Attributes.Get(ResendCount)); err == nil && n > 0 {
		s.Retries += n
	}
	s.Failed = s.Failed || span.Failed
	// The root begins first and, of two that begin together, lasts longer: a caller's span encloses the callee's.
	if s.Start.IsZero() || span.Start.Before(s.Start) || span.Start.Equal(s.Start) && span.Duration > s.Duration {
		s.root(span)
	}
}

func (s *Summary) root(span *signal.Span) {
	s.Start, s.Duration = span.Start, span.Duration
	s.Name, s.Service, s.Route = What(span), span.Service, span.Attributes.Get(HTTPRoute)
	s.Status, _ = strconv.Atoi(span.Attributes.Get(StatusCode))
}

// What says what a span did, for people: method and path where it has them, else its name.
func What(span *signal.Span) string {
	method, path := span.Attributes.Get(RequestMethod), span.Attributes.Get(URLPath)
	if method == "" || path == "" {
		return span.Name
	}
	return method + " " + path
}
