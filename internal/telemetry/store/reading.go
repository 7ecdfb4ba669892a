package store

import (
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// spansOfATrace bounds what is read of one trace: a loop of calls must not fill the memory.
const spansOfATrace = 4096

// view is what the store holds at one instant.
type view struct {
	blocks []*block
	rings  map[string]pending
}

func (d *Disk) view() (view, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.mu.closed {
		return view{}, ErrClosed
	}
	v := view{blocks: d.mu.blocks, rings: make(map[string]pending, len(d.mu.rings))}
	for ring, p := range d.mu.rings {
		v.rings[ring] = *p
	}
	return v, nil
}

// of are the blocks of a ring, the oldest first.
func (v *view) of(ring string) (blocks []*block) {
	for _, b := range v.blocks {
		if b.ring == ring {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// search looks for the one trace whose id begins with prefix.
type search struct {
	prefix    string
	id        trace.ID
	spans     []signal.Span
	ambiguous bool
}

// Trace implements telemetry.Store. Its spans may be in any block, for one may be late: each is asked, by its list of ids.
func (d *Disk) Trace(prefix string) ([]signal.Span, error) {
	v, err := d.view()
	if err != nil {
		return nil, err
	}
	if prefix == "" {
		return nil, telemetry.ErrAmbiguous
	}
	s := search{prefix: prefix}
	for _, b := range v.of(spanRing) {
		if err := d.ask(b, s.inBlock); err != nil {
			return nil, err
		}
	}
	s.inPending(v.rings[spanRing])
	switch {
	case s.ambiguous:
		return nil, telemetry.ErrAmbiguous
	case len(s.spans) == 0:
		return nil, telemetry.ErrNoTrace
	}
	return s.spans, nil
}

// is tells whether id is the one that was found, or the first.
func (s *search) is(id trace.ID) bool {
	if s.ambiguous = s.ambiguous || !s.id.IsZero() && s.id != id; s.ambiguous {
		return false
	}
	s.id = id
	return len(s.spans) < spansOfATrace
}

func (s *search) inBlock(o *opened) {
	from, to, id := o.among(s.prefix)
	if from == to || s.ambiguous {
		return
	}
	if s.ambiguous = to-from > 1; !s.is(id) {
		return
	}
	o.readFooter()
	var found []signal.Span
	for row, code := range o.numbers(traceColumn, allPages) {
		if code == int64(from) && len(s.spans)+len(found) < spansOfATrace {
			found = append(found, o.span(row, id))
		}
	}
	if o.err == nil {
		s.spans = append(s.spans, found...)
	}
}

func (s *search) inPending(p pending) {
	for i := range p.starts {
		row := p.row(i)
		if id := traceOf(row); !telemetry.HasPrefix(id, s.prefix) || !s.is(id) {
			continue
		}
		if span, err := decodeSpan(row); err == nil {
			s.spans = append(s.spans, span)
		}
	}
}

// newestFirst are the blocks by their last row.
func newestFirst(blocks []*block) []*block {
	blocks = slices.Clone(blocks)
	slices.SortStableFunc(blocks, func(a, b *block) int {
		switch {
		case a.facts.last > b.facts.last:
			return -1
		case a.facts.last < b.facts.last:
			return 1
		}
		return int(int64(b.number) - int64(a.number))
	})
	return blocks
}
