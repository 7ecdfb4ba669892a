package store

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sort"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// source is one place that spans are in: a block, or what is pending.
type source struct {
	block   *block // nil for what is pending
	pending pending
	// The rest is there once it was opened.
	open   bool
	opened *opened
	ids    []trace.ID
	codes  map[trace.ID]int32 // of what is pending; those of a block are sorted
	rows   [][]int32          // by code
	wanted []int32            // the codes of traces that may match, the newest first
}

// spanColumns are what tells, row by row, whether a trace may match.
type spanColumns struct {
	codes, instants []int64
	may             func(row int) bool
}

func (d *Disk) open(s *source, q telemetry.TraceQuery) error {
	if s.open {
		return nil
	}
	s.open = true
	if s.block == nil {
		s.arrange(s.ofPending(q))
		return nil
	}
	if s.block.damaged.Load() {
		return nil
	}
	o, err := d.openBlock(s.block)
	if err != nil {
		return nil //nolint:nilerr // it was dropped meanwhile, or cannot be opened: the others serve
	}
	ids := o.traces()
	o.readFooter()
	columns := o.spanColumns(q)
	if o.err != nil {
		d.closeBlock(o)
		return d.judge(o)
	}
	s.opened, s.ids = o, make([]trace.ID, len(ids)/len(trace.ID{}))
	for i := range s.ids {
		s.ids[i] = idAt(ids, int64(i))
	}
	s.arrange(columns)
	return nil
}

// arrange sorts the rows by trace, and the traces that may match by their last instant.
func (s *source) arrange(c spanColumns) {
	counts, last, may := make([]int32, len(s.ids)), make([]int64, len(s.ids)), make([]bool, len(s.ids))
	for row, code := range c.codes {
		if code < 0 || code >= int64(len(s.ids)) {
			c.codes[row] = 0
			continue // a block that lies in this way has a CRC that is right: it is of no disk's making
		}
		counts[code]++
		last[code] = max(last[code], c.instants[row])
		may[code] = may[code] || c.may(row)
	}
	all := make([]int32, len(c.codes))
	s.rows = make([][]int32, len(s.ids))
	at := int32(0)
	for code, count := range counts {
		s.rows[code] = all[at : at : at+count]
		at += count
		if may[code] {
			s.wanted = append(s.wanted, int32(code))
		}
	}
	for row, code := range c.codes {
		if code < int64(len(s.ids)) {
			s.rows[code] = append(s.rows[code], int32(row))
		}
	}
	slices.SortFunc(s.wanted, func(a, b int32) int { return cmp.Or(cmp.Compare(last[b], last[a]), cmp.Compare(a, b)) })
}

// ofPending parses the beginnings of the rows.
func (s *source) ofPending(q telemetry.TraceQuery) spanColumns {
	s.codes = map[trace.ID]int32{}
	c := spanColumns{codes: make([]int64, len(s.pending.starts)), instants: make([]int64, len(s.pending.starts))}
	for i := range c.codes {
		row := s.pending.row(i)
		id := traceOf(row)
		code, known := s.codes[id]
		if !known {
			code = int32(len(s.ids))
			s.codes[id] = code
			s.ids = append(s.ids, id)
		}
		c.codes[i], c.instants[i] = int64(code), int64(binary.LittleEndian.Uint64(row[spanInstant:]))
	}
	c.may = func(i int) bool {
		row := s.pending.row(i)
		r := reader{rest: row[spanInstant+8:]}
		return may(q, row[spanInstant-1] != 0, r.varint(), func() string { return r.text() })
	}
	return c
}

// spanColumns reads what the query asks for.
func (o *opened) spanColumns(q telemetry.TraceQuery) spanColumns {
	c := spanColumns{codes: o.numbers(traceColumn, allPages), instants: o.numbers(startColumn, allPages)}
	var durations, failed []int64
	if q.Slower > 0 {
		durations = o.numbers(durationColumn, allPages)
	}
	if q.Failed {
		failed = o.numbers(failedColumn, allPages)
	}
	c.may = func(row int) bool {
		duration := int64(0)
		if durations != nil {
			duration = durations[row]
		}
		return may(q, failed != nil && failed[row] != 0, duration, func() string { return o.footer.service(row) })
	}
	return c
}

// may tells whether a trace that has such a span may match, by the one condition that can be told from one span.
func may(q telemetry.TraceQuery, failed bool, duration int64, service func() string) bool {
	switch {
	case q.Failed:
		return failed
	case q.Slower > 0:
		return duration >= int64(q.Slower)
	case q.Service != "":
		return service() == q.Service
	}
	return true
}

// outlines are the spans of a trace in a source, as far as a summary needs them.
func (s *source) outlines(id trace.ID) []signal.Span {
	code, known := s.code(id)
	if !known {
		return nil
	}
	spans := make([]signal.Span, 0, len(s.rows[code]))
	for _, row := range s.rows[code] {
		if s.opened != nil {
			spans = append(spans, s.opened.outline(int(row), id))
		} else if span, err := decodeSpan(s.pending.row(int(row))); err == nil {
			spans = append(spans, span)
		}
	}
	return spans
}

func (s *source) code(id trace.ID) (int32, bool) {
	if s.codes != nil {
		code, known := s.codes[id]
		return code, known
	}
	i, found := sort.Find(len(s.ids), func(i int) int { return bytes.Compare(id[:], s.ids[i][:]) })
	return int32(i), found
}
