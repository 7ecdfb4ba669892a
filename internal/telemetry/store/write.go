package store

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
)

// Write appends a batch to the newest segment of each ring that it concerns, with one system call for each half mebibyte. It
// stops where the disk refuses, and the store stays usable: the next Write tries again.
func (d *Disk) Write(batch telemetry.Batch) error {
	for ring, share := range shares(batch) {
		if err := d.append(ring, share); err != nil {
			return fmt.Errorf("writing telemetry: %w", err)
		}
	}
	return nil
}

// shares yields what of a batch belongs to which ring, requests first.
func shares(batch telemetry.Batch) iter.Seq2[string, telemetry.Batch] {
	return func(yield func(string, telemetry.Batch) bool) {
		lines := map[string][]signal.Line{}
		for i := range batch.Lines {
			ring := ringOf(&batch.Lines[i])
			lines[ring] = append(lines[ring], batch.Lines[i])
		}
		if !yield(requests, telemetry.Batch{Spans: batch.Spans, Lines: lines[requests]}) {
			return
		}
		delete(lines, requests)
		for _, ring := range slices.Sorted(maps.Keys(lines)) {
			if !yield(ring, telemetry.Batch{Lines: lines[ring]}) {
				return
			}
		}
	}
}

func ringOf(l *signal.Line) string {
	if l.Stream == telemetry.Access {
		return requests
	}
	return l.Service
}

func (d *Disk) append(ring string, batch telemetry.Batch) error {
	for len(batch.Spans)+len(batch.Lines) > 0 {
		part := d.encode(&batch, min(512<<10, d.bound(ring)))
		active, err := d.active(ring, int64(len(d.buffer)))
		if err != nil {
			return err
		}
		if err := active.put(d.buffer); err != nil {
			return err
		}
		active.newest = d.options.Now()
		d.note(part, active)
	}
	return nil
}

// bound is how big a segment of the ring becomes. There is one for each service that writes, so that one is small.
func (d *Disk) bound(ring string) int64 {
	if ring == requests {
		return d.options.Segment
	}
	return max(d.options.Segment/8, 1)
}

// encode frames the beginning of batch into the buffer, as long as there is room, and takes it off.
func (d *Disk) encode(batch *telemetry.Batch, room int64) (part telemetry.Batch) {
	d.buffer, d.placed = d.buffer[:0], d.placed[:0]
	spans, lines := 0, 0
	for ; spans < len(batch.Spans) && int64(len(d.buffer)) < room; spans++ {
		start := d.begin()
		d.buffer = appendSpan(d.buffer, &batch.Spans[spans])
		seal(d.buffer, start)
	}
	for ; lines < len(batch.Lines) && int64(len(d.buffer)) < room; lines++ {
		start := d.begin()
		d.buffer = appendLine(d.buffer, &batch.Lines[lines])
		seal(d.buffer, start)
	}
	part = telemetry.Batch{Spans: batch.Spans[:spans], Lines: batch.Lines[:lines]}
	batch.Spans, batch.Lines = batch.Spans[spans:], batch.Lines[lines:]
	return part
}

func (d *Disk) begin() (start int) {
	start = len(d.buffer)
	d.placed = append(d.placed, place{offset: uint32(start)})
	d.buffer = append(d.buffer, make([]byte, frame)...)
	return start
}

// note tells the index where the records of part are, and readers how far the segment goes.
func (d *Disk) note(part telemetry.Batch, active *segment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	base := active.size
	active.size += int64(len(d.buffer))
	for i := range part.Spans {
		d.mu.index.addSpan(&part.Spans[i], place{active.number, uint32(base) + d.placed[i].offset})
	}
	for i := range part.Lines {
		at := d.placed[len(part.Spans)+i]
		d.mu.index.addLine(&part.Lines[i], place{active.number, uint32(base) + at.offset})
	}
}

// active is the segment of the ring to write to, a new one when the last is full, and there is room for so many bytes more.
func (d *Disk) active(ring string, more int64) (*segment, error) {
	last, err := d.last(ring)
	if err != nil {
		return nil, err
	}
	if last == nil || !last.writable || last.size+more > d.bound(ring) {
		if last, err = d.create(ring); err != nil {
			return nil, err
		}
		d.mu.Lock()
		d.mu.segments = append(d.mu.segments, last)
		d.mu.Unlock()
	}
	return last, d.retain(last, more)
}

// last is the newest segment of a ring, nil where it has none.
func (d *Disk) last(ring string) (*segment, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.mu.closed {
		return nil, ErrClosed
	}
	for _, s := range slices.Backward(d.mu.segments) {
		if s.ring == ring {
			return s, nil
		}
	}
	return nil, nil
}

func (d *Disk) create(ring string) (*segment, error) {
	number := d.number + 1
	path := filepath.Join(d.folder, segmentName(ring, number))
	f, err := d.options.open(path)
	if err != nil {
		return nil, err
	}
	s := &segment{ring: ring, number: number, path: path, file: f, writable: true, newest: d.options.Now()}
	if err := errors.Join(f.Truncate(0), s.cut(0)); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	d.number = number
	return s, nil
}
