package store

import (
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

const (
	// indexTraces and indexLines bound the index, in bytes by estimate.
	indexTraces = 4 << 20
	indexLines  = 3 << 20
	// perTrace and perSpan estimate what the index holds for each.
	perTrace = 400
	perSpan  = 24
	// spansOfATrace bounds one trace: a loop of calls must not fill the index.
	spansOfATrace = 4096
)

// place is where a record is.
type place struct {
	segment uint32
	offset  uint32
}

// mark is what the index knows of a line, 40 bytes.
type mark struct {
	place
	at     int64 // Unix nanoseconds
	trace  trace.ID
	level  signal.Level
	access bool
}

// index knows where the newest traces and lines are. Disk's lock guards it.
type index struct {
	traces map[trace.ID]*entry
	order  []trace.ID // oldest first; each id once
	bytes  int
	lines  map[string][]mark // by service, oldest first
	marks  int
	// unread is the instant up to which segments of requests were not read when the folder was opened; forgot tells by service up
	// to where lines were not, or were pushed out. Until then they may be missing here though a segment has them; evicted tells
	// the same of traces.
	unread  time.Time
	forgot  map[string]time.Time
	evicted bool
}

type entry struct {
	summary telemetry.Summary
	places  []place
}

func newIndex() *index {
	return &index{traces: map[trace.ID]*entry{}, lines: map[string][]mark{}, forgot: map[string]time.Time{}}
}

func (x *index) addSpan(s *signal.Span, at place) {
	e := x.traces[s.Trace]
	if e == nil {
		e = &entry{}
		x.traces[s.Trace] = e
		x.order = append(x.order, s.Trace)
		x.bytes += perTrace
	}
	if len(e.places) == spansOfATrace {
		return
	}
	e.summary.Add(s)
	e.places = append(e.places, at)
	x.bytes += perSpan
	for x.bytes > indexTraces && len(x.order) > 1 {
		x.evict()
	}
}

// evict forgets the oldest trace; its spans stay in their segments.
func (x *index) evict() {
	id := x.order[0]
	x.order = x.order[1:]
	x.bytes -= perTrace + perSpan*len(x.traces[id].places)
	x.evicted = true
	delete(x.traces, id)
}

func (x *index) addLine(l *signal.Line, at place) {
	x.lines[l.Service] = append(x.lines[l.Service], mark{at, l.At.UnixNano(), l.Trace, l.Level, l.Stream == telemetry.Access})
	x.marks++
	if x.marks*40 > indexLines {
		x.thin()
	}
}

// thin halves the service that has the most lines, so that a talkative one does not push the others out.
func (x *index) thin() {
	most := ""
	for service, marks := range x.lines {
		if len(marks) > len(x.lines[most]) {
			most = service
		}
	}
	marks := x.lines[most]
	half := len(marks) / 2
	x.forget(most, time.Unix(0, marks[half-1].at))
	x.lines[most] = slices.Clone(marks[half:])
	x.marks -= half
}

func (x *index) forget(service string, until time.Time) {
	if until.After(x.forgot[service]) {
		x.forgot[service] = until
	}
}

// skipped notes that a segment was not read, nor those of its ring before it.
func (x *index) skipped(s *segment) {
	if s.ring != requests {
		x.forget(s.ring, s.newest)
		return
	}
	x.evicted, x.unread = true, s.newest
}

// horizon is the instant up to which lines that q asks for may be missing; zero when none are.
func (x *index) horizon(q *telemetry.LineQuery) time.Time {
	var horizon time.Time
	if q.Access {
		horizon = x.unread
	}
	for service, at := range x.forgot {
		if (len(q.Services) == 0 || slices.Contains(q.Services, service)) && at.After(horizon) {
			horizon = at
		}
	}
	return horizon
}

// drop forgets all that is in a segment, the oldest of its ring.
func (x *index) drop(gone *segment) {
	for service, marks := range x.lines {
		if gone.ring != requests && gone.ring != service {
			continue
		}
		kept := slices.DeleteFunc(marks, func(m mark) bool { return m.segment == gone.number })
		x.marks -= len(marks) - len(kept)
		x.lines[service] = kept
	}
	if gone.ring != requests {
		return
	}
	x.order = slices.DeleteFunc(x.order, func(id trace.ID) bool {
		e := x.traces[id]
		if e.places[0].segment > gone.number {
			return false
		}
		x.bytes -= perTrace + perSpan*len(e.places)
		delete(x.traces, id)
		return true
	})
}

// find returns the ids that begin with prefix, two at most.
func (x *index) find(prefix string) []trace.ID {
	if id, err := trace.ParseID(prefix); err == nil {
		if x.traces[id] == nil {
			return nil
		}
		return []trace.ID{id}
	}
	var found []trace.ID
	for id := range x.traces {
		if telemetry.HasPrefix(id, prefix) {
			if found = append(found, id); len(found) == 2 {
				break
			}
		}
	}
	return found
}

// newest returns summaries that match, the newest first.
func (x *index) newest(q telemetry.TraceQuery) []telemetry.Summary {
	var found []telemetry.Summary
	for i := len(x.order) - 1; i >= 0 && len(found) < q.Count()+telemetry.Shuffled; i-- {
		e := x.traces[x.order[i]]
		if q.Matches(&e.summary) {
			s := e.summary
			s.Services = slices.Clone(s.Services)
			found = append(found, s)
		}
	}
	return telemetry.Newest(found, q.Count())
}

// candidates returns the marks of lines that may match, the oldest first: instance and stream are in the record.
func (x *index) candidates(q *telemetry.LineQuery) []mark {
	var found []mark
	for service, marks := range x.lines {
		if len(q.Services) > 0 && !slices.Contains(q.Services, service) {
			continue
		}
		for _, m := range marks {
			if m.level >= q.Level && (q.Access || !m.access) && m.at >= sinceNanos(q) && telemetry.HasPrefix(m.trace, q.Trace) {
				found = append(found, m)
			}
		}
	}
	slices.SortFunc(found, func(a, b mark) int {
		switch {
		case a.at != b.at:
			return compare(a.at, b.at)
		case a.segment != b.segment:
			return compare(int64(a.segment), int64(b.segment))
		}
		return compare(int64(a.offset), int64(b.offset))
	})
	return found
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func sinceNanos(q *telemetry.LineQuery) int64 {
	if q.Since.IsZero() {
		return 0
	}
	return q.Since.UnixNano()
}
