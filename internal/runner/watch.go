package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Change is what changed since the last one, once all was quiet. Files are absolute and sorted; a removed one counts. Err
// says that changes may have been missed, or that watching ended; Files may be empty then.
type Change struct {
	Files []string
	Err   error
}

// Quiet is how long nothing may change before a Change is told; maxUnquiet bounds that for a tree that never rests.
const (
	Quiet      = 150 * time.Millisecond
	maxUnquiet = 20 * Quiet
)

// ErrMissedChanges says that the system dropped notices: look at everything.
var ErrMissedChanges = errors.New("changes came faster than they could be read")

// Watch tells changes of the tree until ctx ends, when the channel is closed. Changes that come while the last one is
// not taken are gathered. New folders are watched; an edited .gitignore takes effect at once.
func Watch(ctx context.Context, dir string, p Patterns, quiet time.Duration) (<-chan Change, error) {
	choose, err := newChooser(dir, p)
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	w := &watcher{notify: notify, quiet: quiet, counts: choose.file, choose: choose, pending: map[string]bool{}}
	if err := w.descend(dir, false); err != nil {
		return nil, errors.Join(fmt.Errorf("watching %s: %w", dir, err), notify.Close())
	}
	return w.begin(ctx), nil
}

// WatchFiles tells changes of single files, which may not exist yet; their folders must. It watches the folders, so
// that a file which an editor replaces is not lost.
func WatchFiles(ctx context.Context, files []string, quiet time.Duration) (<-chan Change, error) {
	notify, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching files: %w", err)
	}
	wanted := map[string]bool{}
	for _, name := range files {
		wanted[name] = true
		if err := notify.Add(filepath.Dir(name)); err != nil {
			return nil, errors.Join(fmt.Errorf("watching %s: %w", name, err), notify.Close())
		}
	}
	w := &watcher{notify: notify, quiet: quiet, counts: func(name string) bool { return wanted[name] }, pending: map[string]bool{}}
	return w.begin(ctx), nil
}

// watcher belongs to the goroutine that begin starts.
type watcher struct {
	notify *fsnotify.Watcher
	quiet  time.Duration
	counts func(name string) bool
	// choose is nil for single files.
	choose  *chooser
	pending map[string]bool
	err     error
	first   time.Time
}

func (w *watcher) begin(ctx context.Context) <-chan Change {
	out := make(chan Change)
	go func() {
		defer close(out)
		defer func() { _ = w.notify.Close() }()
		w.run(ctx, out)
	}()
	return out
}

func (w *watcher) run(ctx context.Context, out chan<- Change) {
	timer := time.NewTimer(w.quiet)
	timer.Stop()
	var ready chan<- Change // nil until all is quiet
	var next Change
	for {
		select {
		case <-ctx.Done():
			return
		case event, open := <-w.notify.Events:
			if !open {
				return
			}
			if w.take(event) {
				ready = nil
				timer.Reset(w.wait())
			}
		case err, open := <-w.notify.Errors:
			if !open {
				return
			}
			w.fail(err)
			timer.Reset(w.wait())
		case <-timer.C:
			ready, next = out, Change{slices.Sorted(maps.Keys(w.pending)), w.err}
		case ready <- next:
			ready, w.pending, w.err, w.first = nil, map[string]bool{}, nil, time.Time{}
		}
	}
}

// wait is the quiet time, shortened for a tree that never rests.
func (w *watcher) wait() time.Duration {
	if w.first.IsZero() {
		w.first = time.Now()
	}
	return max(0, min(w.quiet, maxUnquiet-time.Since(w.first)))
}

func (w *watcher) fail(err error) {
	if errors.Is(err, fsnotify.ErrEventOverflow) {
		err = ErrMissedChanges
	}
	w.err = errors.Join(w.err, err)
}

// take notes an event and tells whether it counts.
func (w *watcher) take(event fsnotify.Event) bool {
	if event.Op == fsnotify.Chmod {
		return false // indexers and backups touch attributes only
	}
	if w.choose != nil && isIgnoreFile(event.Name) {
		w.choose.rules.forget()
		w.rescan()
	}
	if at, err := os.Lstat(event.Name); err == nil && at.IsDir() {
		return w.takeFolder(event.Name)
	}
	if !w.counts(event.Name) {
		return false
	}
	w.pending[event.Name] = true
	return true
}

// takeFolder watches a new folder; files may have been written there before that, so they count as changed.
func (w *watcher) takeFolder(name string) bool {
	if w.choose == nil || !w.choose.folder(name) {
		return false
	}
	before := len(w.pending)
	if err := w.descend(name, true); err != nil && !errors.Is(err, fs.ErrNotExist) {
		w.fail(err)
		return true
	}
	return len(w.pending) > before
}

// descend watches a folder and those below it that are not ignored; found says that their files are new.
func (w *watcher) descend(dir string, found bool) error {
	return filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != dir:
			return nil
		case err != nil:
			return err
		case !entry.IsDir():
			if found && w.counts(name) {
				w.pending[name] = true
			}
			return nil
		case !w.choose.folder(name):
			return fs.SkipDir
		}
		return w.notify.Add(name)
	})
}

// rescan follows an edited .gitignore: folders that it no longer ignores are watched, those that it does now are not.
func (w *watcher) rescan() {
	for _, name := range w.notify.WatchList() {
		if !w.choose.folder(name) {
			_ = w.notify.Remove(name)
		}
	}
	if err := w.descend(w.choose.dir, false); err != nil {
		w.fail(err)
	}
}
