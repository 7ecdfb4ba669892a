package store

import (
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// load takes in what is in the folder.
func (d *Disk) load() error {
	number, err := d.loadBlocks()
	if err != nil {
		return err
	}
	logs, last, err := d.loadLogs()
	if err != nil {
		return err
	}
	number = max(number, last)
	d.keepWhole(logs)
	d.replay(logs)
	if err := d.begin(logs, number); err != nil {
		return err
	}
	return d.retain()
}

// loadBlocks lists the blocks and returns the highest number.
func (d *Disk) loadBlocks() (number uint32, err error) {
	paths, err := filepath.Glob(filepath.Join(d.folder, "*.blk"))
	if err != nil {
		return 0, err
	}
	for _, path := range paths {
		ring, n, ours := parseName(path)
		if !ours {
			continue
		}
		number = max(number, n)
		b := &block{ring: ring, number: n, path: path}
		if known, err := d.examine(b); err != nil {
			return 0, err
		} else if known {
			d.mu.blocks = append(d.mu.blocks, b)
		}
	}
	slices.SortFunc(d.mu.blocks, func(a, b *block) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.ring, b.ring)) })
	return number, nil
}

// examine reads the trailer of a block. A block of another version is not known.
func (d *Disk) examine(b *block) (known bool, err error) {
	info, err := os.Stat(b.path)
	if err != nil {
		return false, err
	}
	b.size, b.newest = info.Size(), info.ModTime()
	f, err := d.options.files.Read(b.path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, len(blockMagic))
	if _, err := f.ReadAt(head, 0); err == nil && string(head[:7]) == blockMagic[:7] && !readable(head) {
		return false, nil
	}
	trailer := make([]byte, trailerSize)
	if _, err := f.ReadAt(trailer, max(0, b.size-int64(trailerSize))); err == nil {
		b.facts, err = decodeTrailer(trailer)
		b.damaged.Store(err != nil)
	} else {
		b.damaged.Store(true) // or not readable: it is listed, so that it goes when its time has come
	}
	return true, nil
}

// fromFirst is a row as it is now of one of the first version: without events and links, or without attributes.
func fromFirst(row []byte) []byte {
	if row[0] == spanRecord {
		return append(slices.Clone(row), 0, 0)
	}
	return append(slices.Clone(row), 0)
}

// left is a log that was found.
type left struct {
	*wal
	end, bytes int64
	carried    map[string]bool
	rings      map[string]*pending
}

// loadLogs reads the logs, the oldest first, and returns the highest number. One that cannot be read, or is of another version, is
// neither read nor written; the others serve.
func (d *Disk) loadLogs() (logs []*left, number uint32, err error) {
	paths, err := filepath.Glob(filepath.Join(d.folder, "*.wal"))
	if err != nil {
		return nil, 0, err
	}
	slices.Sort(paths) // by number: it has ten digits
	for _, path := range paths {
		_, n, ours := parseName(path)
		if !ours {
			continue
		}
		number = max(number, n)
		l, err := d.readLog(path, n)
		if err != nil {
			d.notice("a log of traces and lines is left out: "+filepath.Base(path), err.Error())
			continue
		}
		logs = append(logs, l)
	}
	return logs, number, nil
}

func (d *Disk) readLog(path string, number uint32) (*left, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f, err := d.options.files.Open(path)
	if err != nil {
		return nil, err
	}
	l := &left{
		wal:   &wal{number: number, path: path, file: f, size: info.Size()},
		bytes: info.Size(), carried: map[string]bool{}, rings: map[string]*pending{},
	}
	if l.end, err = l.walk(l.size, l.take); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// take takes the rows of a record.
func (l *left) take(record []byte) {
	r := reader{rest: record}
	switch r.byte() {
	case batchRecord:
	case carriedRecord:
		for range r.count() {
			l.carried[r.text()] = true
		}
	default:
		return
	}
	eachRow(r.rest, func(row []byte) {
		if l.first {
			row = fromFirst(row)
		}
		if !understood(row) { // it could never be sealed
			return
		}
		ring := ringOfRow(row)
		if l.rings[ring] == nil {
			l.rings[ring] = &pending{}
		}
		l.rings[ring].add(row)
	})
}

func understood(row []byte) bool {
	var err error
	if row[0] == spanRecord {
		_, err = decodeSpan(row)
	} else {
		_, err = decodeLine(row)
	}
	return err == nil
}

// keepWhole drops blocks that were not written to their end when a crash came: the log that they were made of is still there.
func (d *Disk) keepWhole(logs []*left) {
	d.mu.blocks = slices.DeleteFunc(d.mu.blocks, func(b *block) bool {
		there := slices.ContainsFunc(logs, func(l *left) bool { return l.number == b.number })
		if !there || d.whole(b) {
			return false
		}
		return os.Remove(b.path) == nil
	})
}

// whole tells whether all of a block is as it was written.
func (d *Disk) whole(b *block) bool {
	if b.damaged.Load() {
		return false
	}
	f, err := d.options.files.Read(b.path)
	if err != nil {
		return false
	}
	defer f.Close()
	sum := crc32.New(castagnoli)
	n, err := io.Copy(sum, io.NewSectionReader(f, 0, b.size-int64(trailerSize)))
	return err == nil && n == b.size-int64(trailerSize) && sum.Sum32() == b.facts.body
}

// replay takes each ring from one place: see seal.
func (d *Disk) replay(logs []*left) {
	for i, l := range logs {
		for ring, p := range l.rings {
			sealed := slices.ContainsFunc(d.mu.blocks, func(b *block) bool { return b.number == l.number && b.ring == ring })
			moved := i+1 < len(logs) && logs[i+1].number == l.number+1 && logs[i+1].carried[ring]
			if sealed || moved {
				continue
			}
			if d.mu.rings[ring] == nil {
				d.mu.rings[ring] = &pending{}
			}
			for row := range p.starts {
				d.mu.rings[ring].add(p.row(row))
			}
		}
	}
}

// begin goes on with the one log that is there and whole, or has a new one take over from those that are.
func (d *Disk) begin(logs []*left, number uint32) error {
	if len(logs) == 1 && logs[0].number == number && !logs[0].first && !d.sealedFrom(number) {
		return d.resume(logs[0])
	}
	next, err := d.startLog(number+1, d.mu.rings)
	if err != nil {
		return err
	}
	d.log, d.mu.logged = next, next.size
	done := settlement{}
	for _, l := range logs {
		done.old = append(done.old, l.wal)
	}
	d.settling.follow(next, done)
	return d.settle()
}

func (d *Disk) sealedFrom(number uint32) bool {
	return slices.ContainsFunc(d.mu.blocks, func(b *block) bool { return b.number == number })
}

// resume writes on behind the last whole record of a log.
func (d *Disk) resume(l *left) error {
	d.log = l.wal
	d.settling.log = l.wal
	if l.end < l.bytes {
		if err := l.file.Truncate(l.end); err != nil {
			return fmt.Errorf("cutting a torn record: %w", err)
		}
	}
	l.size = l.end
	if l.end == 0 {
		if err := l.head(); err != nil {
			return err
		}
	}
	l.dirty.Store(true)
	d.mu.logged = l.size
	return nil
}
