package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/banyan-run/banyan/internal/telemetry"
)

const (
	// segmentMagic begins a segment: until there were blocks, rows lay in segments, each with its length and a CRC as a record of a log.
	segmentMagic = "BYNSEG\x00\x01"
	// biggestSegment bounds what is read of one.
	biggestSegment = 64 << 20
)

// takeSegments takes over the rows of segments, and removes each once its rows survive the end of the machine: a crash in between
// leaves those of one of them twice.
func (d *Disk) takeSegments() error {
	paths, err := filepath.Glob(filepath.Join(d.folder, "*.seg"))
	if err != nil || d.log == nil {
		return err
	}
	slices.Sort(paths) // by number: it has ten digits
	for _, path := range paths {
		batch, err := readSegment(path)
		if errors.Is(err, errVersion) {
			continue
		}
		if err != nil {
			d.notice("a segment of an earlier version is left out: "+filepath.Base(path), err.Error())
			continue
		}
		if err := errors.Join(d.Write(batch), d.settle()); err != nil {
			return err
		}
		if err := d.options.files.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// readSegment reads the records of a segment up to the first that is torn.
func readSegment(path string) (batch telemetry.Batch, err error) {
	f, err := os.Open(path)
	if err != nil {
		return batch, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(io.LimitReader(f, biggestSegment), 64<<10)
	head := make([]byte, len(segmentMagic))
	if _, err := io.ReadFull(in, head); err != nil {
		return batch, unlessTorn(err)
	}
	if string(head) != segmentMagic {
		return batch, errVersion
	}
	var record []byte
	for {
		if record, err = next(in, record, biggestSegment); err != nil {
			return batch, unlessTorn(err)
		}
		addRecord(&batch, record)
	}
}

// addRecord adds a row whose instant was a varint. One that is not understood is left out.
func addRecord(batch *telemetry.Batch, record []byte) {
	at := lineInstant
	if record[0] == spanRecord {
		at = spanInstant
	}
	r := reader{rest: record}
	head := r.take(uint64(at))
	instant := r.varint()
	if r.bad {
		return
	}
	row := binary.LittleEndian.AppendUint64(slices.Clone(head), uint64(instant))
	row = fromFirst(append(row, r.rest...))
	if record[0] == spanRecord {
		if s, err := decodeSpan(row); err == nil {
			batch.Spans = append(batch.Spans, s)
		}
		return
	}
	if l, err := decodeLine(row); err == nil {
		batch.Lines = append(batch.Lines, l)
	}
}
