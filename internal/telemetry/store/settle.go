package store

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"time"
)

// settled is how long a row may be in the system's memory alone: what the end of the machine can take.
const settled = time.Second

// settling is what is to be made to survive the end of the machine.
type settling struct {
	sync.Mutex
	log     *wal
	waiting []settlement
}

// settlement is logs that may go when blocks, and the log that follows, survive.
type settlement struct {
	old    []*wal
	blocks []*block
}

// follow has a new log settled from now on, and the old ones removed then.
func (s *settling) follow(next *wal, done settlement) {
	s.Lock()
	defer s.Unlock()
	s.log = next
	s.waiting = append(s.waiting, done)
}

func (d *Disk) wake() {
	select {
	case d.awake <- struct{}{}:
	default:
	}
}

// keepSettled syncs what was written, a second after the first of it. It sleeps while nothing is written.
func (d *Disk) keepSettled(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.awake:
		}
		select {
		case <-ctx.Done(): // Close settles what is left
			return nil
		case <-time.After(settled):
		}
		_ = d.settle() // the next Write meets a log that is broken, and leaves it; what else failed is tried again then
	}
}

// settle has the log and all blocks survive the end of the machine, and removes the logs that they replace.
func (d *Disk) settle() error {
	d.settling.Lock()
	defer d.settling.Unlock()
	if err := d.syncLog(d.settling.log); err != nil {
		return err
	}
	for len(d.settling.waiting) > 0 {
		first := d.settling.waiting[0]
		d.settling.waiting = d.settling.waiting[1:]
		if err := d.finish(first); err != nil {
			return err
		}
	}
	return nil
}

func (d *Disk) syncLog(l *wal) error {
	if l.broken.Load() {
		return errUnsynced
	}
	if !l.dirty.Swap(false) {
		return nil
	}
	if err := l.file.Sync(); err != nil {
		l.broken.Store(true)
		return err
	}
	if l.named.Load() {
		return nil
	}
	l.named.Store(true)
	return d.options.files.SyncFolder(d.folder)
}

// leave closes logs that stay where they are.
func (d *Disk) leave(old []*wal) error {
	var failures []error
	for _, l := range old {
		failures = append(failures, l.file.Close())
	}
	return errors.Join(failures...)
}

func (d *Disk) finish(s settlement) error {
	var failures []error
	for _, b := range s.blocks {
		failures = append(failures, b.fresh.Sync(), b.fresh.Close())
		b.fresh = nil
	}
	if err := errors.Join(append(failures, d.options.files.SyncFolder(d.folder))...); err != nil {
		d.notice("traces and lines may not survive the end of the machine", err.Error())
		return d.leave(s.old) // the next Open finds out which blocks are whole, and takes the others' rows from the logs
	}
	for _, old := range s.old {
		if err := errors.Join(old.file.Close(), d.options.files.Remove(old.path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			d.notice("a log that is not needed any more cannot be removed", err.Error())
		}
	}
	d.mu.Lock()
	d.mu.waiting = 0
	d.mu.Unlock()
	return nil
}
