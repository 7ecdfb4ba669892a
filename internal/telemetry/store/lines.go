package store

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// lineSearch looks for the newest lines that match.
type lineSearch struct {
	query  *telemetry.LineQuery
	words  []string
	since  int64
	newest *newest
}

// Lines implements telemetry.Store: what is pending first, then the blocks from the newest back, as far as they may have newer lines
// than those that were found.
func (d *Disk) Lines(q telemetry.LineQuery) ([]signal.Line, error) {
	v, err := d.view()
	if err != nil {
		return nil, err
	}
	s := lineSearch{query: &q, words: telemetry.Words(q.Words), since: math.MinInt64, newest: newNewest(q.Count())}
	if !q.Since.IsZero() {
		s.since = q.Since.UnixNano()
	}
	for ring, p := range v.rings {
		if s.wantsRing(ring) {
			s.inPending(p)
		}
	}
	s.newest.cut()
	for _, b := range newestFirst(v.blocks) {
		if !s.wantsRing(b.ring) || b.facts.last < s.since || !s.newest.wants(b.facts.last) {
			continue
		}
		if err := d.ask(b, s.inBlock); err != nil {
			return nil, err
		}
		s.newest.cut()
	}
	return s.newest.all(), nil
}

func (s *lineSearch) wantsRing(ring string) bool {
	if ofRequests(ring) {
		return ring == accessRing && s.query.Access
	}
	return len(s.query.Services) == 0 || slices.Contains(s.query.Services, ring)
}

// inPending walks from the end, where the newest are. A row is decoded when all that stands at its beginning matches.
func (s *lineSearch) inPending(p pending) {
	for i := len(p.starts) - 1; i >= 0; i-- {
		row := p.row(i)
		at := int64(binary.LittleEndian.Uint64(row[lineInstant:]))
		if at < s.since || !s.newest.wants(at) || signal.Level(row[lineInstant-1]) < s.query.Level ||
			!telemetry.HasPrefix(traceOf(row), s.query.Trace) {
			continue
		}
		if l, err := decodeLine(row); err == nil && s.query.Matches(&l) {
			s.newest.add(l, uint64(math.MaxUint32)<<32|uint64(i))
		}
	}
}

// inBlock finds the rows that match by their numbers, and reads the texts of those alone, the newest first, until there are enough.
func (s *lineSearch) inBlock(o *opened) {
	pages := allPages
	if len(s.words) > 0 {
		if pages = o.pagesWith(s.words); pages == 0 {
			return
		}
	}
	ids := lazyIDs{opened: o}
	from, to := 0, math.MaxInt32
	if s.query.Trace != "" {
		if from, to, _ = o.among(s.query.Trace); from == to {
			return
		}
	}
	o.readFooter()
	var found []ranked
	for _, at := range s.candidates(o, from, to, pages) {
		if len(found) == s.newest.limit {
			break
		}
		if text, _ := o.text(textColumn, at.row); !telemetry.HasWords(text, s.words) {
			continue
		}
		l := o.line(at.row)
		l.Trace = idAt(ids.all(), o.number(traceColumn, at.row))
		if s.query.Matches(&l) {
			found = append(found, ranked{Line: l, place: uint64(o.block.number)<<32 | uint64(at.row)})
		}
	}
	if o.err != nil {
		return
	}
	for _, f := range found {
		s.newest.add(f.Line, f.place)
	}
}

// lazyIDs are the ids of the traces of a block, read when they are asked for.
type lazyIDs struct {
	opened *opened
	ids    []byte
	read   bool
}

func (l *lazyIDs) all() []byte {
	if !l.read {
		l.ids, l.read = l.opened.traces(), true
	}
	return l.ids
}

// candidate is a row that may match.
type candidate struct {
	at  int64
	row int
}

// candidates are the rows of the pages whose service, instant, level and trace match, the newest first.
func (s *lineSearch) candidates(o *opened, from, to int, pages uint32) (found []candidate) {
	instants, levels := o.numbers(startColumn, pages), o.numbers(levelColumn, pages)
	codes := make([]int64, o.rows())
	if s.query.Trace != "" {
		codes = o.numbers(traceColumn, pages)
	}
	row := 0
	for _, r := range o.footer.runs {
		begin := row
		row += r.rows
		if len(s.query.Services) > 0 && !slices.Contains(s.query.Services, r.service) {
			continue
		}
		for i := begin; i < row; i++ {
			if pages>>(i/pageRows)&1 == 1 && instants[i] >= s.since && s.newest.wants(instants[i]) &&
				signal.Level(levels[i]) >= s.query.Level && codes[i] >= int64(from) && codes[i] < int64(to) {
				found = append(found, candidate{instants[i], i})
			}
		}
	}
	slices.SortFunc(found, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.row, a.row)) })
	return found
}

// idAt is the id that a code names; one that is out of bounds is none.
func idAt(ids []byte, code int64) (id trace.ID) {
	if code >= 0 && code < int64(len(ids)/len(id)) {
		return trace.ID(ids[int(code)*len(id):])
	}
	return id
}
