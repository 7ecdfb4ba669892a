package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/telemetry"
)

// Options bound what is kept; zero values mean 64 MiB, 24 h and a sixteenth of the size for each segment of requests.
type Options struct {
	// Size bounds all segments, in bytes: one half is for requests, the other for what services write.
	Size int64
	// Age bounds how long a segment is kept after its last record.
	Age time.Duration
	// Segment bounds one file of requests, in bytes, and eight times what bounds one of a service's lines.
	Segment int64
	// Now is the clock; nil means time.Now.
	Now func() time.Time

	open func(path string) (file, error)
}

// Disk keeps spans and lines in a folder.
type Disk struct {
	folder  string
	options Options
	buffer  []byte  // the writer's
	placed  []place // the writer's
	number  uint32  // the writer's: that of the newest segment; none is used twice
	mu      struct {
		sync.RWMutex
		segments []*segment // by number; the last of each ring is written to
		index    *index
		closed   bool
	}
}

// indexed is how many of the newest segments of each ring are read when a folder is opened: the rest is read when it is asked for.
const indexed = 2

// ErrClosed says that the store was closed.
var ErrClosed = errors.New("the telemetry store is closed")

// Open opens or makes a store in folder. A record that was torn by a crash is cut.
func Open(folder string, options Options) (*Disk, error) {
	d := &Disk{folder: folder, options: options.withDefaults()}
	d.mu.index = newIndex()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("opening the telemetry store: %w", err)
	}
	if err := d.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("opening the telemetry store: %w", err), d.Close())
	}
	return d, nil
}

func (o Options) withDefaults() Options {
	if o.Size <= 0 {
		o.Size = 64 << 20
	}
	if o.Age <= 0 {
		o.Age = 24 * time.Hour
	}
	if o.Segment <= 0 {
		o.Segment = o.Size / 16
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.open == nil {
		o.open = openFile
	}
	return o
}

func (d *Disk) load() error {
	names, err := filepath.Glob(filepath.Join(d.folder, "*.seg"))
	if err != nil {
		return err
	}
	for _, path := range names {
		if err := d.adopt(path); err != nil {
			return err
		}
	}
	slices.SortFunc(d.mu.segments, func(a, b *segment) int { return compare(int64(a.number), int64(b.number)) })
	newer := map[string]int{} // how many segments of a ring are still to come
	for _, s := range d.mu.segments {
		newer[s.ring]++
		d.number = max(d.number, s.number)
	}
	for _, s := range d.mu.segments {
		newer[s.ring]--
		if newer[s.ring] >= indexed {
			d.mu.index.skipped(s)
			continue
		}
		if err := d.read(s, newer[s.ring] == 0); err != nil {
			return err
		}
	}
	return d.retain(nil, 0)
}

// adopt takes an existing segment in.
func (d *Disk) adopt(path string) error {
	ring, number, ours := parseName(path)
	if !ours {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := d.options.open(path)
	if err != nil {
		return err
	}
	d.mu.segments = append(d.mu.segments, &segment{ring: ring, number: number, path: path, file: f, size: info.Size(), newest: info.ModTime()})
	return nil
}

// read indexes an existing segment. The last one of a ring is written on, unless it could not be read.
func (d *Disk) read(s *segment, last bool) error {
	end, err := s.walk(s.size, func(offset int64, record []byte) { d.mu.index.read(record, place{s.number, uint32(offset)}) })
	if err != nil {
		return nil //nolint:nilerr // of another version, or not readable: it is neither read nor written, and the others serve
	}
	s.writable = last
	if last && (end < s.size || end == 0) { // one of no bytes lacks its header too
		return s.cut(end)
	}
	return nil
}

// cut drops what is torn at the end; a segment without a whole header gets one.
func (s *segment) cut(end int64) error {
	if err := s.file.Truncate(end); err != nil {
		return fmt.Errorf("cutting a torn record: %w", err)
	}
	s.size = end
	if end > 0 {
		return nil
	}
	s.size = int64(len(header))
	_, err := s.file.WriteAt([]byte(header), 0)
	return err
}

// read takes a record of an existing segment in; one that is whole but not understood is left out.
func (x *index) read(record []byte, at place) {
	switch record[0] {
	case spanRecord:
		if s, err := decodeSpan(record); err == nil {
			x.addSpan(&s, at)
		}
	case lineRecord:
		if l, err := decodeLine(record); err == nil {
			x.addLine(&l, at)
		}
	}
}

// Close closes the files. Reads fail afterwards.
func (d *Disk) Close() error {
	d.mu.Lock()
	segments := d.mu.segments
	d.mu.segments, d.mu.closed = nil, true
	d.mu.Unlock()
	var failures []error
	for _, s := range segments {
		failures = append(failures, s.file.Close())
	}
	return errors.Join(failures...)
}

// Bytes is what the segments hold.
func (d *Disk) Bytes() int64 {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var total int64
	for _, s := range d.mu.segments {
		total += s.size
	}
	return total
}

var _ telemetry.Store = (*Disk)(nil)
