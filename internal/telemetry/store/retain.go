package store

import (
	"errors"
	"os"
)

// retain removes what is too old, and what is too much before so many bytes more are written to active, which stays.
//
// Requests and what services write have half of the size each, so neither pushes the other out. Of services it is the one that
// has most that loses its oldest lines: whoever has less than an equal share is never touched.
func (d *Disk) retain(active *segment, more int64) error {
	var failures []error
	for _, s := range d.expired(active, more) {
		failures = append(failures, s.file.Close(), os.Remove(s.path))
	}
	return errors.Join(failures...)
}

func (d *Disk) expired(active *segment, more int64) []*segment {
	d.mu.Lock()
	defer d.mu.Unlock()
	gone := d.outdated(active)
	for {
		s := d.surplus(active, more)
		if s == nil {
			return gone
		}
		d.remove(s)
		gone = append(gone, s)
	}
}

// outdated takes the segments off that are too old, but never the newest of a ring. The caller holds mu.
func (d *Disk) outdated(active *segment) (gone []*segment) {
	oldest := d.options.Now().Add(-d.options.Age)
	newest := map[string]*segment{}
	for _, s := range d.mu.segments {
		newest[s.ring] = s
	}
	for _, s := range d.mu.segments {
		if s != active && s != newest[s.ring] && !s.newest.After(oldest) {
			gone = append(gone, s)
		}
	}
	for _, s := range gone {
		d.remove(s)
	}
	return gone
}

// surplus is the segment that has to go, nil when there is room. The caller holds mu.
func (d *Disk) surplus(active *segment, more int64) *segment {
	budget := d.options.Size / 2
	sizes, lines := map[string]int64{}, int64(0)
	if active != nil {
		sizes[active.ring] = more
		if active.ring != requests {
			lines = more
		}
	}
	for _, s := range d.mu.segments {
		sizes[s.ring] += s.size
		if s.ring != requests {
			lines += s.size
		}
	}
	var most *segment
	for _, s := range d.mu.segments {
		switch {
		case s == active:
		case s.ring == requests && sizes[requests] > budget:
			return s
		case s.ring != requests && lines > budget && (most == nil || sizes[s.ring] > sizes[most.ring]):
			most = s
		}
	}
	return most
}

// remove takes a segment off the list and out of the index. The caller holds mu.
func (d *Disk) remove(s *segment) {
	kept := make([]*segment, 0, len(d.mu.segments))
	for _, other := range d.mu.segments {
		if other != s {
			kept = append(kept, other)
		}
	}
	d.mu.segments = kept // a new list: the writer may be walking the old one
	d.mu.index.drop(s)
}
