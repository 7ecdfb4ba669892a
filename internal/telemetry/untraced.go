package telemetry

import (
	"fmt"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/signal"
)

const (
	// enough instances of evidence make it no accident: a timer that fires during a request starts a trace of its own too.
	enough = 3
	// remembered bounds the calls that a service is known to have made without a parent.
	remembered = 16
)

// propagation finds services that do not pass traceparent on: their calls have no parent, though they lie wholly within a
// request that the service was serving. Calls are recorded before the request that they lie in, which ends later.
type propagation map[string]*habit

type habit struct {
	fresh    []call
	evidence int
	// passes is true once a call with a parent was seen: the service passes it on, at least somewhere.
	passes, said bool
}

type call struct {
	callee     string
	start, end time.Time
}

// called takes x as a call of its caller.
func (p propagation) called(x *signal.Exchange) {
	if x.Caller != Gateway && x.Caller != "operator" {
		p.of(x.Caller).calls(x, endOf(x))
	}
}

func endOf(x *signal.Exchange) time.Time { return x.Start.Add(x.Times.Total) }

// served takes x as a request that its callee served, after all calls that the callee made meanwhile. It returns a notice when x
// is the last piece of evidence against the callee.
func (p propagation) served(x *signal.Exchange) *journal.Entry {
	h := p.of(x.Callee)
	if x.Callee == "" || h.said || h.passes {
		return nil
	}
	callee, found := h.serves(x.Start, endOf(x))
	if !found || h.evidence < enough {
		return nil
	}
	h.said, h.fresh = true, nil
	return &journal.Entry{
		Kind: journal.Notice, Subject: x.Callee,
		Text: x.Callee + " does not pass traceparent on: each of its calls starts a trace of its own",
		Why: fmt.Sprintf("while it served traced requests it called %s without the field; "+
			"copy traceparent from the request to the calls that it makes, and their spans join", callee),
	}
}

func (p propagation) of(service string) *habit {
	h := p[service]
	if h == nil {
		h = &habit{}
		p[service] = h
	}
	return h
}

func (h *habit) calls(x *signal.Exchange, end time.Time) {
	switch {
	case !x.Trace.Parent.IsZero():
		h.passes, h.fresh = true, nil
	case !h.passes && !h.said:
		if len(h.fresh) == remembered {
			h.fresh = slices.Delete(h.fresh, 0, 1)
		}
		h.fresh = append(h.fresh, call{x.Callee, x.Start, end})
	}
}

// serves counts the calls that lie within a request as evidence, each once.
func (h *habit) serves(start, end time.Time) (callee string, found bool) {
	h.fresh = slices.DeleteFunc(h.fresh, func(c call) bool {
		within := !c.start.Before(start) && !c.end.After(end)
		if within {
			callee, found = c.callee, true
			h.evidence++
		}
		return within
	})
	return callee, found
}

func (p propagation) untraced() []string {
	var names []string
	for name, h := range p {
		if h.said && !h.passes {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
