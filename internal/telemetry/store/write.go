package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/banyan-run/banyan/internal/telemetry"
)

// placed is a row in the buffer that is to be written.
type placed struct {
	ring     string
	at, size int
}

// Write logs a batch, with one system call for each half mebibyte, and returns when the system has it. It stops where the disk
// refuses, and the store stays usable: the next Write tries again.
func (d *Disk) Write(batch telemetry.Batch) error {
	if d.isClosed() {
		return fmt.Errorf("writing telemetry: %w", ErrClosed)
	}
	for len(batch.Spans)+len(batch.Lines) > 0 {
		if err := d.makeRoom(); err != nil {
			return fmt.Errorf("writing telemetry: %w", err)
		}
		d.encode(&batch)
		if err := d.log.put(d.buffer); err != nil {
			return fmt.Errorf("writing telemetry: %w", err)
		}
		d.accept()
		d.wake()
	}
	return nil
}

func (d *Disk) isClosed() bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.mu.closed
}

// encode makes a record of the beginning of batch, as long as there is room, and takes it off.
func (d *Disk) encode(batch *telemetry.Batch) {
	d.buffer, d.placed = append(d.buffer[:0], 0, 0, 0, 0, 0, 0, 0, 0, batchRecord), d.placed[:0]
	room := min(recordBytes, int(d.limits.Load().Unsealed))
	full := func() bool { return len(d.buffer) >= room || len(d.placed) >= recordRows }
	spans, lines := 0, 0
	for ; spans < len(batch.Spans) && !full(); spans++ {
		d.row = appendSpan(d.row[:0], &batch.Spans[spans])
		d.place(spanRing)
	}
	for ; lines < len(batch.Lines) && !full(); lines++ {
		d.row = appendLine(d.row[:0], &batch.Lines[lines])
		d.place(ringOf(&batch.Lines[lines]))
	}
	batch.Spans, batch.Lines = batch.Spans[spans:], batch.Lines[lines:]
	closeFrame(d.buffer)
}

func (d *Disk) place(ring string) {
	d.buffer = binary.AppendUvarint(d.buffer, uint64(len(d.row)))
	d.placed = append(d.placed, placed{ring, len(d.buffer), len(d.row)})
	d.buffer = append(d.buffer, d.row...)
}

// accept has readers see what was logged.
func (d *Disk) accept() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, at := range d.placed {
		p := d.mu.rings[at.ring]
		if p == nil {
			p = &pending{}
			d.mu.rings[at.ring] = p
		}
		p.add(d.buffer[at.at : at.at+at.size])
	}
	d.mu.logged = d.log.size
}

// makeRoom seals what is pending when it is as much as it may be. While that fails the log grows to twice the bound, and then
// nothing more is accepted.
func (d *Disk) makeRoom() error {
	unsealed, most := int64(0), 0
	for _, p := range d.mu.rings { // which the writer alone changes
		unsealed, most = unsealed+p.cost(), max(most, len(p.starts))
	}
	if d.log.broken.Load() {
		return d.seal()
	}
	bound := d.limits.Load().Unsealed
	if unsealed < bound && most <= blockRows-recordRows {
		return nil
	}
	err := d.seal()
	if unsealed < 2*bound && most <= blockRows-recordRows {
		return nil
	}
	return err
}

// seal makes blocks of the rings that have most, and starts a new log with the rows of the others.
//
// The log of before goes when all of that survives the end of the machine. Until then a crash leaves both, and opening takes each
// ring from one place: the block that has the log's number, or the next log if it carried the ring, or else the log.
func (d *Disk) seal() error {
	if err := d.settle(); err != nil && !d.log.broken.Load() { // so that there are two logs at most
		return err
	}
	whole, carried := divide(d.mu.rings, d.limits.Load().Unsealed)
	d.dropOld(carried)
	built, err := d.build(whole)
	if err != nil {
		return errors.Join(err, d.undo(built))
	}
	next, err := d.startLog(d.log.number+1, carried)
	if err != nil {
		return errors.Join(err, d.undo(built))
	}
	d.settling.follow(next, settlement{old: []*wal{d.log}, blocks: built})
	d.mu.Lock()
	d.mu.blocks = append(d.mu.blocks[:len(d.mu.blocks):len(d.mu.blocks)], built...)
	d.mu.rings, d.mu.waiting, d.mu.logged = carried, d.mu.waiting+d.log.size, next.size
	d.mu.Unlock()
	d.log = next
	d.wake()
	return d.retain()
}

// build writes a block for each of the rings that are pending.
func (d *Disk) build(rings []string) ([]*block, error) {
	w, known := d.writers.Get().(*blockWriter)
	if !known {
		var err error
		if w, err = newBlockWriter(); err != nil {
			return nil, err
		}
	}
	defer func() {
		clear(w.present[:cap(w.present)]) // it would keep the rows
		d.writers.Put(w)
	}()
	var built []*block
	for _, ring := range rings {
		content, facts, err := w.write(d.mu.rings[ring])
		if err != nil {
			return built, err
		}
		b := &block{
			ring: ring, number: d.log.number, path: blockPath(d.folder, ring, d.log.number), size: int64(len(content)), facts: facts,
			newest: d.options.Now(),
		}
		built = append(built, b)
		if err := d.writeBlock(b, content); err != nil {
			return built, err
		}
	}
	return built, nil
}

func (d *Disk) writeBlock(b *block, content []byte) error {
	f, err := d.options.files.Open(b.path)
	if err != nil {
		return err
	}
	b.fresh = f
	_, err = f.WriteAt(content, 0)
	return errors.Join(err, f.Truncate(b.size)) // a failure may have left a longer one of this name
}

// undo takes back what was built.
func (d *Disk) undo(built []*block) error {
	var failures []error
	for _, b := range built {
		if b.fresh != nil {
			failures = append(failures, b.fresh.Close())
		}
	}
	return errors.Join(append(failures, d.removeAll(built))...)
}

// startLog makes a log that begins with rows that are pending.
func (d *Disk) startLog(number uint32, carried map[string]*pending) (*wal, error) {
	l, err := d.create(number)
	if err != nil || len(carried) == 0 {
		return l, err
	}
	b := append(make([]byte, frame), carriedRecord)
	b = binary.AppendUvarint(b, uint64(len(carried)))
	for ring := range carried {
		b = appendText(b, ring)
	}
	for _, p := range carried {
		for i := range p.starts {
			row := p.row(i)
			b = append(binary.AppendUvarint(b, uint64(len(row))), row...)
		}
	}
	closeFrame(b)
	if err := l.put(b); err != nil {
		return nil, errors.Join(err, d.discard(l))
	}
	return l, nil
}

// dropOld leaves out rows that are too old to be carried along.
func (d *Disk) dropOld(carried map[string]*pending) {
	limits, now := d.limits.Load(), d.options.Now()
	for ring, p := range carried {
		oldest := now.Add(-limits.of(ring).Age).UnixNano()
		kept := &pending{}
		for i := range p.starts {
			if _, at, err := keyOf(p.row(i)); err == nil && at > oldest {
				kept.add(p.row(i))
			}
		}
		switch len(kept.starts) {
		case len(p.starts):
		case 0:
			delete(carried, ring)
		default:
			carried[ring] = kept
		}
	}
}
