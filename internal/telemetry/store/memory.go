package store

import (
	"maps"
	"slices"
	"sync"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// Memory keeps the newest traces and lines and forgets them with the process: for tests, and where .banyan cannot be written.
type Memory struct {
	mu struct {
		sync.RWMutex
		traces map[trace.ID][]signal.Span
		order  []trace.ID
		lines  map[string][]signal.Line // by ring, oldest first
		count  int
		limit  int
	}
}

// NewMemory keeps at most limit traces and four times as many lines; beyond, the service that has most loses its oldest.
func NewMemory(limit int) *Memory {
	m := &Memory{}
	m.mu.traces, m.mu.lines, m.mu.limit = map[trace.ID][]signal.Span{}, map[string][]signal.Line{}, limit
	return m
}

// Write implements telemetry.Store.
func (m *Memory) Write(batch telemetry.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range batch.Spans {
		m.add(s)
	}
	for _, l := range batch.Lines {
		m.keep(l)
	}
	return nil
}

// keep keeps a line. The caller holds mu.
func (m *Memory) keep(l signal.Line) {
	ring := ringOf(&l)
	l.Attributes = slices.Clone(l.Attributes)
	m.mu.lines[ring] = append(m.mu.lines[ring], l)
	if m.mu.count++; m.mu.count <= 4*m.mu.limit {
		return
	}
	most := ring
	for other, lines := range m.mu.lines {
		if len(lines) > len(m.mu.lines[most]) {
			most = other
		}
	}
	m.mu.lines[most][0] = signal.Line{} // the array outlives its text otherwise
	m.mu.lines[most] = m.mu.lines[most][1:]
	m.mu.count--
}

// add keeps a span. The caller holds mu.
func (m *Memory) add(s signal.Span) {
	if m.mu.traces[s.Trace] == nil {
		m.mu.order = append(m.mu.order, s.Trace)
	}
	if len(m.mu.traces[s.Trace]) < spansOfATrace {
		m.mu.traces[s.Trace] = append(m.mu.traces[s.Trace], kept(s))
	}
	if len(m.mu.order) > m.mu.limit {
		delete(m.mu.traces, m.mu.order[0])
		m.mu.order = m.mu.order[1:]
	}
}

// Trace implements telemetry.Store.
func (m *Memory) Trace(prefix string) ([]signal.Span, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var found []signal.Span
	for id, spans := range m.mu.traces {
		switch {
		case !telemetry.HasPrefix(id, prefix):
		case found != nil || prefix == "":
			return nil, telemetry.ErrAmbiguous
		default:
			found = slices.Clone(spans)
		}
	}
	if found == nil {
		return nil, telemetry.ErrNoTrace
	}
	return found, nil
}

// Traces implements telemetry.Store.
func (m *Memory) Traces(q telemetry.TraceQuery) ([]telemetry.Summary, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var found []telemetry.Summary
	for i := len(m.mu.order) - 1; i >= 0 && len(found) < q.Count()+telemetry.Shuffled; i-- {
		var s telemetry.Summary
		spans := m.mu.traces[m.mu.order[i]]
		for j := range spans {
			s.Add(&spans[j])
		}
		if q.Matches(&s) {
			found = append(found, s)
		}
	}
	return telemetry.Newest(found, q.Count()), nil
}

// Lines implements telemetry.Store.
func (m *Memory) Lines(q telemetry.LineQuery) ([]signal.Line, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	newest := newNewest(q.Count())
	for _, ring := range slices.Sorted(maps.Keys(m.mu.lines)) {
		for i := range m.mu.lines[ring] {
			if l := &m.mu.lines[ring][i]; q.Matches(l) {
				newest.add(*l, uint64(i))
			}
		}
	}
	return newest.all(), nil
}

var _ telemetry.Store = (*Memory)(nil)
