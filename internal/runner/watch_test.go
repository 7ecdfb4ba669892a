package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
)

// told is a watcher without a file system: the test says what happened, in the time of its bubble.
type told struct {
	*watcher
	out chan Change
}

func tellable(t *testing.T) told {
	t.Helper()
	w := told{out: make(chan Change), watcher: &watcher{
		notify: &fsnotify.Watcher{Events: make(chan fsnotify.Event), Errors: make(chan error)}, quiet: Quiet,
		counts: func(name string) bool { return name != "ignored" }, pending: map[string]bool{},
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); w.run(ctx, w.out) }()
	t.Cleanup(func() { cancel(); <-ended })
	return w
}

func (w told) save(names ...string) {
	for _, name := range names {
		w.notify.Events <- fsnotify.Event{Name: name, Op: fsnotify.Write}
	}
}

func TestFiftySavesAreOneChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, begun := tellable(t), time.Now()
		go func() {
			for range 50 {
				w.save("b.go", "a.go")
				time.Sleep(Quiet / 3)
			}
		}()
		c := <-w.out
		// The last save is one third before the end of the loop.
		if after := time.Since(begun); after != 49*(Quiet/3)+Quiet || !slices.Equal(c.Files, []string{"a.go", "b.go"}) || c.Err != nil {
			t.Fatalf("%+v after %s", c, after)
		}
		synctest.Wait()
		select {
		case again := <-w.out:
			t.Fatalf("told again: %+v", again)
		default:
		}
	})
}

func TestATreeThatNeverRestsIsToldAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, begun := tellable(t), time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				w.save("log.txt")
				time.Sleep(Quiet / 2)
			}
		}()
		<-w.out
		if after := time.Since(begun); after > maxUnquiet {
			t.Fatalf("it was told after %s", after)
		}
		cancel()
		<-done
	})
}

func TestWhatNobodyTakesIsGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := tellable(t)
		w.save("a.go")
		time.Sleep(2 * Quiet)
		w.save("b.go")
		time.Sleep(2 * Quiet)
		if c := <-w.out; !slices.Equal(c.Files, []string{"a.go", "b.go"}) {
			t.Fatalf("%+v", c)
		}
		w.save("c.go")
		if c := <-w.out; !slices.Equal(c.Files, []string{"c.go"}) {
			t.Fatalf("what was taken is told again: %+v", c)
		}
	})
}

func TestWhatDoesNotCountIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := tellable(t)
		w.save("ignored")
		w.notify.Events <- fsnotify.Event{Name: "a.go", Op: fsnotify.Chmod}
		select {
		case c := <-w.out:
			t.Fatalf("%+v", c)
		case <-time.After(time.Minute):
		}
	})
}

func TestNoticesThatWereDroppedAreSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := tellable(t)
		w.notify.Errors <- fmt.Errorf("inotify: %w", fsnotify.ErrEventOverflow)
		if c := <-w.out; !errors.Is(c.Err, ErrMissedChanges) {
			t.Fatalf("%+v", c)
		}
	})
}

// next is the next change of a real tree.
func next(t *testing.T, changes <-chan Change) []string {
	t.Helper()
	select {
	case c, open := <-changes:
		if !open || c.Err != nil {
			t.Fatalf("%+v, open %v", c, open)
		}
		return c.Files
	case <-time.After(within):
		t.Fatal("nothing was told")
		return nil
	}
}

func watch(t *testing.T, dir string, p Patterns) <-chan Change {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	changes, err := Watch(ctx, dir, p, 20*time.Millisecond)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() { cancel(); drained(changes) })
	return changes
}

// drained returns when the watcher has ended, as it must with its context.
func drained(changes <-chan Change) {
	for {
		if _, open := <-changes; !open {
			return
		}
	}
}

// news are changes of a real tree without those of files that were told before: a file that is written slowly is told twice.
type news struct {
	t       *testing.T
	changes <-chan Change
	seen    map[string]bool
}

func (n news) are(sentence string, names ...string) {
	n.t.Helper()
	for {
		fresh := slices.DeleteFunc(next(n.t, n.changes), func(name string) bool { return n.seen[name] })
		if len(fresh) == 0 {
			continue
		}
		if !slices.Equal(fresh, names) {
			n.t.Fatalf("%s: %q, want %q", sentence, fresh, names)
		}
		for _, name := range names {
			n.seen[name] = true
		}
		return
	}
}

func TestATreeIsWatched(t *testing.T) {
	dir := t.TempDir()
	rules := file(t, dir, ".gitignore", "*.log\n/out/\n", 0o600)
	main, old := file(t, dir, "src/main.go", "1", 0o600), file(t, dir, "src/old.go", "1", 0o600)
	told := news{t, watch(t, dir, Patterns{}), map[string]bool{}}
	file(t, dir, "a.log", "1", 0o600)
	file(t, dir, "src/main.go", "2", 0o600)
	told.are("a save, and nothing that git ignores", main)
	must(t, os.Remove(old))
	told.are("a removed file counts", old)
	told.are("a file in new folders", file(t, dir, "new/deep/a.go", "1", 0o600))
	told.are("the new folders are watched from then on", file(t, dir, "new/deep/b.go", "1", 0o600))
	file(t, dir, ".gitignore", "*.go\n", 0o600)
	told.are("an edited .gitignore is a source", rules)
	file(t, dir, "new/deep/c.go", "1", 0o600)
	told.are("and counts at once", file(t, dir, "b.log", "1", 0o600))
}

func TestPatternsChooseWhatIsWatched(t *testing.T) {
	dir := t.TempDir()
	page := file(t, dir, "web/page.html", "1", 0o600)
	changes := watch(t, dir, Patterns{Paths: []string{"web/**"}, Ignore: []string{"*.tmp"}})
	file(t, dir, "main.go", "1", 0o600)
	file(t, dir, "web/x.tmp", "1", 0o600)
	file(t, dir, "web/page.html", "2", 0o600)
	if got := next(t, changes); !slices.Equal(got, []string{page}) {
		t.Fatalf("%q", got)
	}
}

func TestSingleFilesAreWatchedThoughAnEditorReplacesThem(t *testing.T) {
	dir := t.TempDir()
	name, later := file(t, dir, "banyan.yaml", "1", 0o600), filepath.Join(dir, "banyan.local.yaml")
	ctx, cancel := context.WithCancel(context.Background())
	changes, err := WatchFiles(ctx, []string{name, later}, 20*time.Millisecond)
	must(t, err)
	for range 2 {
		must(t, os.Rename(file(t, dir, "banyan.yaml~", "2", 0o600), name))
		if got := next(t, changes); !slices.Equal(got, []string{name}) {
			t.Fatalf("%q", got)
		}
	}
	file(t, dir, "banyan.local.yaml", "1", 0o600)
	if got := next(t, changes); !slices.Equal(got, []string{later}) {
		t.Fatalf("a file that was not there: %q", got)
	}
	cancel()
	drained(changes)
}

func TestAFolderThatCannotBeWatchedIsAnError(t *testing.T) {
	_, err := Watch(t.Context(), filepath.Join(t.TempDir(), "absent"), Patterns{}, Quiet)
	want(t, err, "watching ")
	_, err = WatchFiles(t.Context(), []string{filepath.Join(t.TempDir(), "absent", "x")}, Quiet)
	want(t, err, "watching ")
}
