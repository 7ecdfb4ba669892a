package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"sync/atomic"
)

const (
	// logMagic names the format of a log and its version; a log of firstLog is read, and nothing is added to it.
	logMagic = "BYNLOG\x00\x02"
	firstLog = "BYNLOG\x00\x01"
	// frame is length and CRC before each record.
	frame = 8
	// biggestRecord bounds a record of a log: what claims more is torn.
	biggestRecord = 64 << 20
	// recordBytes and recordRows are how much of a batch makes one record; it ends with the row that reaches one of them.
	recordBytes = 512 << 10
	recordRows  = 4096
)

// The kinds of records. Both hold rows, each with its length before it.
const (
	// batchRecord is rows that were accepted.
	batchRecord byte = 1
	// carriedRecord begins with the names of rings whose rows were taken along from the log before, which has them still if it is there.
	carriedRecord byte = 2
)

// errUnsynced says that a log cannot be made to survive the end of the machine.
var errUnsynced = errors.New("the log could not be synced")

// errVersion says that a log was written by another version of Banyan.
var errVersion = errors.New("the log is of another version")

// wal is the log of the rows that are in no block. One goroutine writes; settle may run at the same time.
type wal struct {
	number uint32
	path   string
	file   file
	size   int64
	dirty  atomic.Bool
	// named says that its name survives the end of the machine.
	named atomic.Bool
	// broken says that a sync failed: what the system still had of the file may be lost though the next sync succeeds. The rows are
	// in memory, and go to other files.
	broken atomic.Bool
	// first says that its rows are of the first version.
	first bool
}

func logPath(folder string, number uint32) string {
	return filepath.Join(folder, fmt.Sprintf("%010d.wal", number))
}

// create makes an empty log. One of the same number that a failure left is emptied.
func (d *Disk) create(number uint32) (*wal, error) {
	l := &wal{number: number, path: logPath(d.folder, number)}
	f, err := d.options.files.Open(l.path)
	if err != nil {
		return nil, err
	}
	l.file = f
	if err := errors.Join(f.Truncate(0), l.head()); err != nil {
		return nil, errors.Join(err, d.discard(l))
	}
	return l, nil
}

func (l *wal) head() error {
	if _, err := l.file.WriteAt([]byte(logMagic), 0); err != nil {
		return err
	}
	l.size = int64(len(logMagic))
	l.dirty.Store(true)
	return nil
}

func (d *Disk) discard(l *wal) error {
	return errors.Join(l.file.Close(), d.options.files.Remove(l.path))
}

// put appends records that are framed already. What a failed write left is cut, so that a reader meets no half a record.
func (l *wal) put(framed []byte) error {
	if _, err := l.file.WriteAt(framed, l.size); err != nil {
		return errors.Join(err, l.file.Truncate(l.size))
	}
	l.size += int64(len(framed))
	l.dirty.Store(true)
	return nil
}

// closeFrame fills in the frame that begins b.
func closeFrame(b []byte) {
	record := b[frame:]
	binary.LittleEndian.PutUint32(b, uint32(len(record)))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(record, castagnoli))
}

// walk calls each for every whole record up to size, and returns where the first that is torn begins.
func (l *wal) walk(size int64, each func(record []byte)) (end int64, err error) {
	in := bufio.NewReaderSize(io.NewSectionReader(l.file, 0, size), 64<<10)
	var head [len(logMagic)]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, unlessTorn(err) // torn while it was made: it is empty
	}
	if l.first = string(head[:]) == firstLog; !l.first && string(head[:]) != logMagic {
		return 0, errVersion
	}
	end = int64(len(logMagic))
	var buffer []byte
	for {
		if buffer, err = next(in, buffer, size-end); err != nil {
			return end, unlessTorn(err)
		}
		each(buffer)
		end += frame + int64(len(buffer))
	}
}

// unlessTorn is nil for the end of what was written whole: a disk that fails to read is no reason to cut.
func unlessTorn(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errEncoding) {
		return nil
	}
	return err
}

func next(in *bufio.Reader, buffer []byte, left int64) ([]byte, error) {
	var head [frame]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n == 0 || n > biggestRecord || int64(n) > left {
		return nil, errEncoding
	}
	if cap(buffer) < int(n) {
		buffer = make([]byte, n)
	}
	buffer = buffer[:n]
	if _, err := io.ReadFull(in, buffer); err != nil {
		return nil, err
	}
	if crc32.Checksum(buffer, castagnoli) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errEncoding
	}
	return buffer, nil
}

// eachRow calls do for the rows of a record. One that is not understood ends it: a record is whole or is not read.
func eachRow(rows []byte, do func(row []byte)) {
	for r := (reader{rest: rows}); len(r.rest) > 0; {
		row := r.take(r.uvarint())
		if r.bad || len(row) < traceEnd || (row[0] != spanRecord && row[0] != lineRecord) {
			return
		}
		do(row)
	}
}
