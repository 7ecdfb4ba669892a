package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// block is one file of sealed rows of one ring, never changed once it is written. Its ring and its number, which is that of the log
// that it was made of, are in its name.
type block struct {
	ring   string
	number uint32
	path   string
	size   int64
	facts  facts
	// newest is when its last row was written, by the clock of the store.
	newest time.Time
	// damaged is set when something in it is not as it was written; it is skipped from then on.
	damaged atomic.Bool
	// fresh is the file while it is not known to survive the end of the machine; it is settle's, once settle knows of the block.
	fresh file
}

// blockPath is `0000000007-+spans.blk` for spans, `0000000007-+access.blk` for the records of requests, and `0000000007-orders.blk`
// for what orders writes.
func blockPath(folder, ring string, number uint32) string {
	return filepath.Join(folder, fmt.Sprintf("%010d-%s.blk", number, url.QueryEscape(ring)))
}

// parseName tells whether a file is ours, and which.
func parseName(path string) (ring string, number uint32, ours bool) {
	name := filepath.Base(path)
	digits, name, _ := strings.Cut(strings.TrimSuffix(name, filepath.Ext(name)), "-")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return "", 0, false
	}
	ring, err = url.QueryUnescape(name)
	return ring, uint32(n), err == nil
}

// ask opens a block for a question. One that is gone meanwhile has nothing to say, nor has one that is damaged; that is said once.
func (d *Disk) ask(b *block, question func(o *opened)) error {
	if b.damaged.Load() {
		return nil
	}
	o, err := d.openBlock(b)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading telemetry: %w", err)
	}
	defer d.closeBlock(o)
	question(o)
	return d.judge(o)
}

func (d *Disk) openBlock(b *block) (*opened, error) {
	inflate, err := d.decoders.take()
	if err != nil {
		return nil, err
	}
	f, err := d.options.files.Read(b.path)
	if err != nil {
		d.decoders.give(inflate)
		return nil, err
	}
	return &opened{block: b, file: f, inflate: inflate}, nil
}

func (d *Disk) closeBlock(o *opened) {
	d.decoders.give(o.inflate)
	_ = o.file.Close() // it was only read
}

// judge is the failure of a question; a block that is damaged is none, but said and from then on skipped.
func (d *Disk) judge(o *opened) error {
	switch {
	case o.err == nil:
		return nil
	case errors.Is(o.err, errDamaged):
		d.condemn(o.block)
		return nil
	}
	return fmt.Errorf("reading telemetry: %w", o.err)
}

func (d *Disk) condemn(b *block) {
	if b.damaged.CompareAndSwap(false, true) {
		what := "what " + b.ring + " wrote"
		if ofRequests(b.ring) {
			what = "requests"
		}
		d.notice(fmt.Sprintf("a block of %s is damaged and left out: %s", what, filepath.Base(b.path)),
			"its bytes are not those that were written; the disk may be failing")
	}
}
