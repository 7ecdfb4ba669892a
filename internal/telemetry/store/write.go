package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/telemetry"
)

// Write appends a batch to the newest segment, with one system call for each half mebibyte. It fails as a whole when the disk
// refuses, and the store stays usable: the next Write tries again.
func (d *Disk) Write(batch telemetry.Batch) error {
	for len(batch.Spans)+len(batch.Lines) > 0 {
		part := d.encode(&batch)
		active, err := d.active(int64(len(d.buffer)))
		if err != nil {
			return fmt.Errorf("writing telemetry: %w", err)
		}
		if err := active.put(d.buffer); err != nil {
			return fmt.Errorf("writing telemetry: %w", err)
		}
		active.newest = d.options.Now()
		d.note(part, active)
	}
	return nil
}

// encode frames the beginning of batch into the buffer and takes it off.
func (d *Disk) encode(batch *telemetry.Batch) (part telemetry.Batch) {
	const atOnce = 512 << 10
	d.buffer, d.placed = d.buffer[:0], d.placed[:0]
	room := min(atOnce, d.options.Segment)
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

// active is the segment to write to: a new one when the last is full.
func (d *Disk) active(more int64) (*segment, error) {
	d.mu.RLock()
	closed, all := d.mu.closed, d.mu.segments
	d.mu.RUnlock()
	if closed {
		return nil, ErrClosed
	}
	number := uint32(1)
	if len(all) > 0 {
		last := all[len(all)-1]
		if last.size+more <= d.options.Segment && last.writable {
			return last, nil
		}
		number = last.number + 1
	}
	s, err := d.create(number)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	d.mu.segments = append(d.mu.segments, s)
	d.mu.Unlock()
	return s, d.retain()
}

func (d *Disk) create(number uint32) (*segment, error) {
	path := filepath.Join(d.folder, segmentName(number))
	f, err := d.options.open(path)
	if err != nil {
		return nil, err
	}
	s := &segment{number: number, path: path, file: f, writable: true, newest: d.options.Now()}
	if err := errors.Join(f.Truncate(0), s.cut(0)); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return s, nil
}

// retain removes the oldest segments while all are too big, and those that are too old; never the newest.
func (d *Disk) retain() error {
	var failures []error
	for _, s := range d.expired() {
		failures = append(failures, s.file.Close(), os.Remove(s.path))
	}
	return errors.Join(failures...)
}

func (d *Disk) expired() []*segment {
	d.mu.Lock()
	defer d.mu.Unlock()
	var total int64
	for _, s := range d.mu.segments {
		total += s.size
	}
	// The newest segment may still grow to its bound.
	if n := len(d.mu.segments); n > 0 {
		total += max(0, d.options.Segment-d.mu.segments[n-1].size)
	}
	oldest := d.options.Now().Add(-d.options.Age)
	var gone []*segment
	for len(d.mu.segments) > 1 {
		s := d.mu.segments[0]
		if total <= d.options.Size && s.newest.After(oldest) {
			break
		}
		total -= s.size
		gone, d.mu.segments = append(gone, s), d.mu.segments[1:]
		d.mu.index.drop(s.number)
	}
	return gone
}
