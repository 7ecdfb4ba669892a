package store

import (
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// Trace implements telemetry.Store. What the index does not know is looked for in all segments.
func (d *Disk) Trace(prefix string) ([]signal.Span, error) {
	ids, places, scan := d.locate(prefix)
	switch {
	case prefix == "" || len(ids) > 1:
		return nil, telemetry.ErrAmbiguous
	case scan:
		return d.scanTrace(prefix)
	case len(ids) == 0:
		return nil, telemetry.ErrNoTrace
	}
	spans := make([]signal.Span, 0, len(places))
	d.each(places, func(record []byte) {
		if s, err := decodeSpan(record); err == nil {
			spans = append(spans, s)
		}
	})
	return spans, nil
}

// locate says where the spans are, or that all segments must be read: a prefix that the index knows once may well be that of
// an older trace too, a whole id may not.
func (d *Disk) locate(prefix string) (ids []trace.ID, places []place, scan bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	ids = d.mu.index.find(prefix)
	if len(ids) == 1 {
		places = slices.Clone(d.mu.index.traces[ids[0]].places)
	}
	return ids, places, len(ids) == 0 && d.mu.index.evicted
}

func (d *Disk) scanTrace(prefix string) ([]signal.Span, error) {
	var spans []signal.Span
	ambiguous := false
	d.scan(func(ring string) bool { return ring == requests }, func(record []byte) {
		if record[0] != spanRecord || len(record) < 17 || !telemetry.HasPrefix(trace.ID(record[1:17]), prefix) {
			return
		}
		s, err := decodeSpan(record)
		if err != nil {
			return
		}
		ambiguous = ambiguous || len(spans) > 0 && spans[0].Trace != s.Trace
		spans = append(spans, s)
	})
	switch {
	case ambiguous:
		return nil, telemetry.ErrAmbiguous
	case len(spans) == 0:
		return nil, telemetry.ErrNoTrace
	}
	return spans, nil
}

// Traces implements telemetry.Store, over the newest traces: those that the index knows.
func (d *Disk) Traces(q telemetry.TraceQuery) ([]telemetry.Summary, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.mu.closed {
		return nil, ErrClosed
	}
	return d.mu.index.newest(q), nil
}

// Lines implements telemetry.Store. When the index has forgotten some that may match, all segments are read.
func (d *Disk) Lines(q telemetry.LineQuery) ([]signal.Line, error) {
	d.mu.RLock()
	closed, horizon := d.mu.closed, d.mu.index.horizon(&q)
	marks := d.mu.index.candidates(&q)
	d.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	lines := d.newestLines(marks, &q)
	tooFew := len(lines) < q.Count() && q.Since.Before(horizon)
	tooOld := len(lines) > 0 && lines[0].At.Before(horizon)
	if tooFew || tooOld {
		return d.scanLines(&q), nil
	}
	return lines, nil
}

func (d *Disk) newestLines(marks []mark, q *telemetry.LineQuery) []signal.Line {
	lines := make([]signal.Line, 0, min(q.Count(), len(marks)))
	for end := len(marks); end > 0 && len(lines) < q.Count(); {
		begin := max(0, end-256)
		lines = d.readLines(marks[begin:end], q, lines)
		end = begin
	}
	slices.Reverse(lines)
	return lines
}

// readLines appends those of marks that match, the newest first, up to the limit.
func (d *Disk) readLines(marks []mark, q *telemetry.LineQuery, lines []signal.Line) []signal.Line {
	places := make([]place, 0, len(marks))
	for _, m := range slices.Backward(marks) {
		places = append(places, m.place)
	}
	d.each(places, func(record []byte) {
		if len(lines) == q.Count() {
			return
		}
		if l, err := decodeLine(record); err == nil && q.Matches(&l) {
			lines = append(lines, l)
		}
	})
	return lines
}

func (d *Disk) scanLines(q *telemetry.LineQuery) []signal.Line {
	wanted := func(ring string) bool {
		return ring == requests || len(q.Services) == 0 || slices.Contains(q.Services, ring)
	}
	newest := newest{limit: q.Count()}
	d.scan(wanted, func(record []byte) {
		if record[0] != lineRecord {
			return
		}
		if l, err := decodeLine(record); err == nil && q.Matches(&l) {
			newest.add(l)
		}
	})
	return newest.all()
}

// each reads records one by one; one whose segment is gone meanwhile is left out.
func (d *Disk) each(places []place, use func(record []byte)) {
	segments, _ := d.list()
	var buffer []byte
	for _, at := range places {
		i, found := slices.BinarySearchFunc(segments, at.segment, func(s *segment, n uint32) int { return compare(int64(s.number), int64(n)) })
		if !found {
			continue
		}
		if record, err := segments[i].record(int64(at.offset), buffer); err == nil {
			buffer = record
			use(record)
		}
	}
}

// scan reads all records of the rings that are wanted, each ring's oldest first.
func (d *Disk) scan(wanted func(ring string) bool, use func(record []byte)) {
	segments, sizes := d.list()
	for i, s := range segments {
		if !wanted(s.ring) {
			continue
		}
		// A segment of another version, or one that was removed meanwhile, has nothing to give.
		_, _ = s.walk(sizes[i], func(_ int64, record []byte) { use(record) })
	}
}

func (d *Disk) list() (segments []*segment, sizes []int64) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	for _, s := range d.mu.segments {
		sizes = append(sizes, s.size)
	}
	return slices.Clone(d.mu.segments), sizes
}
