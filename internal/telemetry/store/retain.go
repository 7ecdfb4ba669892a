package store

import (
	"errors"
	"io/fs"
)

// retain removes blocks that are too old, and those that are too many.
//
// Requests and what services write have rooms of their own, so neither pushes the other out. Of services it is the one that has most
// that loses its oldest block: whoever has less than an equal share is never touched.
func (d *Disk) retain() error {
	return d.removeAll(d.expired())
}

func (d *Disk) removeAll(blocks []*block) error {
	var failures []error
	for _, b := range blocks {
		if err := d.options.files.Remove(b.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// expired takes off the list what has to go.
func (d *Disk) expired() (gone []*block) {
	d.mu.Lock()
	defer d.mu.Unlock()
	limits, now := d.limits.Load(), d.options.Now()
	kept := make([]*block, 0, len(d.mu.blocks)) // a new list: readers may be walking the old one
	for _, b := range d.mu.blocks {
		if b.newest.After(now.Add(-limits.of(b.ring).Age)) {
			kept = append(kept, b)
		} else {
			gone = append(gone, b)
		}
	}
	kept, surplus := surplus(kept, limits.room(limits.Requests), limits.room(limits.Lines))
	d.mu.blocks = kept
	return append(gone, surplus...)
}

// surplus parts blocks, which are in the order of their age, into those that have room and those that have not. Requests and
// what services write have rooms of their own, in bytes.
func surplus(blocks []*block, forRequests, forLines int64) (kept, gone []*block) {
	sizes, requests, lines := map[string]int64{}, int64(0), int64(0)
	for _, b := range blocks {
		sizes[b.ring] += b.size
		if ofRequests(b.ring) {
			requests += b.size
		} else {
			lines += b.size
		}
	}
	excess := map[string]int64{} // by ring, what it has to give up
	for lines > forLines {
		most := ""
		for ring, size := range sizes {
			if !ofRequests(ring) && (most == "" || size > sizes[most] || size == sizes[most] && ring < most) {
				most = ring
			}
		}
		step := oldest(blocks, most, excess[most])
		excess[most], sizes[most], lines = excess[most]+step, sizes[most]-step, lines-step
	}
	for _, b := range blocks {
		switch {
		case ofRequests(b.ring) && requests > forRequests:
			requests -= b.size
		case !ofRequests(b.ring) && excess[b.ring] > 0:
			excess[b.ring] -= b.size
		default:
			kept = append(kept, b)
			continue
		}
		gone = append(gone, b)
	}
	return kept, gone
}

// oldest is the size of the oldest block of a ring behind those that go already.
func oldest(blocks []*block, ring string, going int64) int64 {
	for _, b := range blocks {
		if b.ring != ring {
			continue
		}
		if going <= 0 {
			return b.size
		}
		going -= b.size
	}
	return 0
}
