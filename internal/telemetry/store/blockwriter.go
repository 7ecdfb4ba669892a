package store

import (
	"bytes"
	"cmp"
	"hash/crc32"
	"slices"

	"github.com/banyan-run/banyan/internal/trace"
)

// blockWriter turns the rows of one ring into the bytes of a block. It is used for one block after the other, so that its buffers serve again.
type blockWriter struct {
	*pageWriter
	runs    []run
	columns []column
	facts   facts

	raw     []byte
	codes   []uint16
	present [][]byte
	traces  []trace.ID
	numeric [4][]int64
	wide    [2][]byte
}

func newBlockWriter() (*blockWriter, error) {
	pages, err := newPageWriter()
	if err != nil {
		return nil, err
	}
	return &blockWriter{pageWriter: pages}, nil
}

// order is where a row is and what it is sorted by.
type order struct {
	service []byte
	at      int64
	start   uint32
	size    uint32
}

// write makes a block of rows, 1 to blockRows of them. The result is valid until the next call.
func (w *blockWriter) write(p *pending) ([]byte, facts, error) {
	w.out = append(w.out[:0], blockMagic...)
	w.runs, w.columns, w.facts = w.runs[:0], w.columns[:0], facts{rows: uint32(len(p.starts))}
	rows, err := sorted(p)
	if err != nil {
		return nil, facts{}, err
	}
	w.facts.first, w.facts.last = rows[0].at, rows[0].at
	for i := range rows {
		if i == 0 || !bytes.Equal(rows[i].service, rows[i-1].service) {
			w.runs = append(w.runs, run{service: string(rows[i].service)})
		}
		w.runs[len(w.runs)-1].rows++
		w.facts.first, w.facts.last = min(w.facts.first, rows[i].at), max(w.facts.last, rows[i].at)
	}
	w.setTraces(p, rows)
	if p.rows[rows[0].start] == spanRecord {
		err = w.spans(p.rows, rows)
	} else {
		err = w.lines(p.rows, rows)
	}
	if err != nil {
		return nil, facts{}, err
	}
	w.facts.footer = w.appendFooter()
	w.facts.body = crc32.Checksum(w.out, castagnoli)
	w.out = append(w.out, w.facts.trailer()...)
	return w.out, w.facts, nil
}

// sorted returns the rows by service and time; those of one instant stay in the order in which they were written.
func sorted(p *pending) ([]order, error) {
	rows := make([]order, len(p.starts))
	for i := range rows {
		row := p.row(i)
		service, at, err := keyOf(row)
		if err != nil {
			return nil, err
		}
		rows[i] = order{service, at, p.starts[i], uint32(len(row))}
	}
	slices.SortFunc(rows, func(a, b order) int {
		return cmp.Or(bytes.Compare(a.service, b.service), cmp.Compare(a.at, b.at), cmp.Compare(a.start, b.start))
	})
	return rows, nil
}

// setTraces writes the ids of the traces, sorted, and for each row which of them is its own.
func (w *blockWriter) setTraces(p *pending, rows []order) {
	w.traces = w.traces[:0]
	for i := range rows {
		w.traces = append(w.traces, traceOf(p.rows[rows[i].start:]))
	}
	slices.SortFunc(w.traces, func(a, b trace.ID) int { return bytes.Compare(a[:], b[:]) })
	w.traces = slices.Compact(w.traces)
	places := make(map[trace.ID]int64, len(w.traces))
	for i, id := range w.traces {
		places[id] = int64(i)
	}
	w.facts.ids, w.facts.traces = uint32(len(w.traces)), w.idList(w.traces)
	codes := w.numeric[0][:0]
	for i := range rows {
		codes = append(codes, places[traceOf(p.rows[rows[i].start:])])
	}
	w.numeric[0] = codes
	w.numbers(traceColumn, varints, codes)
}

func (w *blockWriter) begin() {
	for i := range w.numeric {
		w.numeric[i] = w.numeric[i][:0]
	}
	for i := range w.wide {
		w.wide[i] = w.wide[i][:0]
	}
}

func (w *blockWriter) spans(all []byte, rows []order) error {
	w.begin()
	named := newAttributes()
	instance, name, message := texts{name: instanceColumn}, texts{name: nameColumn}, texts{name: messageColumn}
	events, links := texts{name: eventsColumn}, texts{name: linksColumn}
	n := &w.numeric
	for i, at := range rows {
		r := reader{rest: all[at.start : at.start+at.size], at: at.start}
		r.take(1 + 16)
		w.wide[0], w.wide[1] = append(w.wide[0], r.take(8)...), append(w.wide[1], r.take(8)...)
		n[0], n[1] = append(n[0], int64(r.byte())), append(n[1], int64(r.byte()))
		n[2], n[3] = append(n[2], r.instant()), append(n[3], r.varint())
		r.value()
		instance.values, name.values, message.values = append(instance.values, r.value()), append(name.values, r.value()), append(message.values, r.value())
		named.row(i, &r)
		events.setUnlessEmpty(i, r.value())
		links.setUnlessEmpty(i, r.value())
		if err := r.end(); err != nil {
			return err
		}
		w.facts.failed += uint32(n[1][i])
		w.facts.longest = max(w.facts.longest, n[3][i])
	}
	w.ids(idColumn, w.wide[0])
	w.ids(parentColumn, w.wide[1])
	w.numbers(kindColumn, varints, n[0])
	w.numbers(failedColumn, varints, n[1])
	w.numbers(startColumn, deltas, n[2])
	w.numbers(durationColumn, varints, n[3])
	for _, t := range []*texts{&instance, &name, &message, &events, &links} {
		t.pad(len(rows))
		w.texts(t, all)
	}
	named.write(w, all, len(rows))
	return nil
}

func (w *blockWriter) lines(all []byte, rows []order) error {
	w.begin()
	named := newAttributes()
	instance, stream, text, message := texts{name: instanceColumn}, texts{name: streamColumn}, texts{name: textColumn}, texts{name: messageColumn}
	n := &w.numeric
	for i, at := range rows {
		r := reader{rest: all[at.start : at.start+at.size], at: at.start}
		r.take(1 + 16)
		w.wide[0] = append(w.wide[0], r.take(8)...)
		n[0], n[1] = append(n[0], int64(r.byte())), append(n[1], r.instant())
		r.value()
		instance.values, stream.values, text.values = append(instance.values, r.value()), append(stream.values, r.value()), append(text.values, r.value())
		if r.byte() != 0 {
			message.set(i, r.value())
		}
		named.row(i, &r)
		if err := r.end(); err != nil {
			return err
		}
	}
	message.pad(len(rows))
	w.ids(idColumn, w.wide[0])
	w.numbers(levelColumn, varints, n[0])
	w.numbers(startColumn, deltas, n[1])
	for _, t := range []*texts{&instance, &stream, &text, &message} {
		w.texts(t, all)
	}
	named.write(w, all, len(rows))
	w.facts.words = w.wordsOf(&text, all)
	return nil
}
