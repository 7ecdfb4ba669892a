package deed

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/telemetry"
)

const (
	current  = "journal.jsonl"
	previous = "journal.1.jsonl"
	// biggest bounds the file, in bytes: then it becomes the previous one, and the one before that goes.
	biggest = 4 << 20
	// kept bounds the entries in memory.
	kept = 1000
	// followed bounds the entries that wait for one follower.
	followed = 1000
)

// Journal keeps entries, one JSON object a line.
type Journal struct {
	folder string
	redact *redact.Set
	group  *lifecycle.Group
	dirty  chan struct{}
	feed   telemetry.Feed[journal.Entry]
	now    func() time.Time
	limit  int64
	mu     struct {
		sync.Mutex
		file    *os.File
		size    int64
		entries []journal.Entry
		lost    uint64
		failure error
	}
}

// Open opens or makes the journal in folder and reads its newest entries. A line that a crash tore is cut.
func Open(ctx context.Context, folder string, set *redact.Set) (*Journal, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j := &Journal{folder: folder, redact: set, dirty: make(chan struct{}, 1), now: time.Now, limit: biggest}
	older, _, err := read(filepath.Join(folder, previous))
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	newer, whole, err := read(filepath.Join(folder, current))
	if err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j.mu.entries = newest(append(older, newer...), kept)
	if err := j.open(whole); err != nil {
		return nil, fmt.Errorf("opening the journal: %w", err)
	}
	j.group = lifecycle.NewGroup(ctx)
	j.group.Go("journal sync", j.sync)
	return j, nil
}

// open opens the current file and cuts what follows its last whole line.
func (j *Journal) open(whole int64) error {
	f, err := os.OpenFile(filepath.Join(j.folder, current), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := f.Truncate(whole); err != nil {
		return errors.Join(err, f.Close())
	}
	j.mu.file, j.mu.size = f, whole
	return nil
}

// read returns the entries of a file and the length of its whole lines. A line that is no entry is left out.
func read(path string) (entries []journal.Entry, whole int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	for {
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) { // with a torn line or without
			return entries, whole, nil
		}
		if err != nil { // what cannot be read must not be taken for torn, and cut
			return nil, 0, err
		}
		whole += int64(len(line))
		var e journal.Entry
		if json.Unmarshal(line, &e) == nil && e.Kind != "" {
			entries = append(entries, e)
		}
		if len(entries) == 2*kept {
			entries = newest(entries, kept)
		}
	}
}

func newest(entries []journal.Entry, limit int) []journal.Entry {
	return slices.Clone(entries[max(0, len(entries)-limit):])
}

// Record implements journal.Recorder. When the disk refuses, the entry is in memory still, and Lost counts it.
func (j *Journal) Record(e journal.Entry) {
	if e.At.IsZero() {
		e.At = j.now()
	}
	e = j.masked(e)
	line, err := json.Marshal(e)
	if err != nil {
		return // an entry holds nothing that JSON has no form for
	}
	j.add(e, append(line, '\n'))
	j.feed.Publish(e)
	select {
	case j.dirty <- struct{}{}:
	default:
	}
}

func (j *Journal) masked(e journal.Entry) journal.Entry {
	e.Text, e.Why = j.redact.Text(e.Text), j.redact.Text(e.Why)
	e.Lines = slices.Clone(e.Lines)
	for i, line := range e.Lines {
		e.Lines[i] = j.redact.Text(line)
	}
	return e
}

func (j *Journal) add(e journal.Entry, line []byte) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.entries = append(j.mu.entries, e)
	if len(j.mu.entries) >= 2*kept {
		j.mu.entries = newest(j.mu.entries, kept)
	}
	if j.mu.file == nil {
		j.mu.lost++
		return
	}
	if err := j.write(line); err != nil {
		j.mu.lost++
		j.mu.failure = err
		return
	}
	j.mu.failure = nil
}

// write appends a line, to a new file when this one is full. The caller holds mu.
func (j *Journal) write(line []byte) error {
	if j.mu.size > 0 && j.mu.size+int64(len(line)) > j.limit {
		if err := j.turn(); err != nil {
			return err
		}
	}
	if _, err := j.mu.file.WriteAt(line, j.mu.size); err != nil {
		return errors.Join(err, j.mu.file.Truncate(j.mu.size))
	}
	j.mu.size += int64(len(line))
	return nil
}

// turn makes the current file the previous one. The caller holds mu.
func (j *Journal) turn() error {
	path := filepath.Join(j.folder, current)
	if err := j.mu.file.Close(); err != nil {
		return err
	}
	renamed := os.Rename(path, filepath.Join(j.folder, previous))
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		j.mu.file = nil
		return errors.Join(renamed, err)
	}
	j.mu.file = f
	if renamed == nil {
		j.mu.size = 0
	}
	return renamed
}

// sync makes what was written survive the end of the machine, off the path of those who act.
func (j *Journal) sync(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-j.dirty:
			j.mu.Lock()
			f := j.mu.file
			j.mu.Unlock()
			if f != nil {
				_ = f.Sync() // a file that turned meanwhile is closed; the next entry tries again
			}
		}
	}
}

// Last returns the newest n entries, the newest last.
func (j *Journal) Last(n int) []journal.Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return newest(j.mu.entries, min(max(n, 0), kept))
}

// Follow returns the newest n entries and a follower of those to come; an entry that is recorded meanwhile may be in both.
func (j *Journal) Follow(n int) ([]journal.Entry, *telemetry.Follower[journal.Entry]) {
	f := j.feed.Follow(followed, nil)
	return j.Last(n), f
}

// Lost counts the entries that the disk refused, and why the last of them was.
func (j *Journal) Lost() (uint64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.mu.lost, j.mu.failure
}

// Close syncs and closes the file, and ends the followers. Entries afterwards stay in memory.
func (j *Journal) Close() error {
	failure := j.group.Stop(context.Background())
	j.feed.Close()
	j.mu.Lock()
	f := j.mu.file
	j.mu.file = nil
	j.mu.Unlock()
	if f == nil {
		return failure
	}
	return errors.Join(failure, f.Sync(), f.Close())
}

var _ journal.Recorder = (*Journal)(nil)
