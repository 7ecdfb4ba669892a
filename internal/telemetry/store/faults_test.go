package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// quick is the machine's file system without waiting for the disk: what outlives the machine is the matter of few tests.
type quick struct{ system }

func (quick) SyncFolder(string) error { return nil }

func (q quick) Open(path string) (file, error) {
	f, err := q.system.Open(path)
	return unsynced{f}, err
}

type unsynced struct{ file }

func (unsynced) Sync() error { return nil }

// change makes another content of a file for each of its bytes, or of every so many of them.
type change struct {
	make  func(data []byte, i int) []byte
	every int
}

// each calls test with a file changed in each of the ways, in a folder of its own.
func (c change) each(t *testing.T, folder, name string, test func(t *testing.T, at int, folder string)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(data); i += c.every {
		changed := copied(t, folder)
		if err := os.WriteFile(filepath.Join(changed, name), c.make(data, i), 0o600); err != nil {
			t.Fatal(err)
		}
		test(t, i, changed)
		if err := os.RemoveAll(changed); err != nil {
			t.Fatal(err)
		}
	}
}

func cut(data []byte, i int) []byte { return data[:i] }

func flipped(data []byte, i int) []byte {
	changed := append([]byte(nil), data...)
	changed[i] ^= 0xff
	return changed
}

// A batch is one record: a log that is torn within the third has the two before.
func TestATornTailIsCutWhereverItIsTorn(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{})
	fill(t, d, 0, 2)
	two := d.log.size
	fill(t, d, 2, 3)
	change{cut, 1}.each(t, folder, "0000000001.wal", func(t *testing.T, size int, folder string) {
		d := open(t, folder, Options{})
		if int64(size) >= two {
			holds(t, d, 0, 2)
		}
		fill(t, d, 7, 8)
		_ = d.Close()
		again := open(t, folder, Options{})
		holds(t, again, 7, 8)
		_ = again.Close()
	})
}

// crashed is a folder as a crash leaves it that comes while blocks are made: there are the blocks, the log that they were made of,
// and the one that follows.
func crashed(t *testing.T) (folder string, last int) {
	t.Helper()
	folder = t.TempDir()
	d := open(t, folder, Options{Unsealed: 8 << 10})
	write(t, d, telemetry.Batch{Lines: []signal.Line{line(0, "quiet", signal.Info, trace.ID{})}})
	for d.sealed() == 0 {
		fill(t, d, last, last+1)
		last++
	}
	if len(named(t, folder, "*.wal")) != 2 || len(named(t, folder, "*.blk")) != 2 {
		t.Fatalf("%v", named(t, folder, "*"))
	}
	return copied(t, folder), last // the store goes on to settle
}

func holdsQuiet(t *testing.T, d *Disk, what string) {
	t.Helper()
	if lines, err := d.Lines(telemetry.LineQuery{Services: []string{"quiet"}}); err != nil || len(lines) != 1 {
		t.Fatalf("%s: %d lines of the quiet one, %v", what, len(lines), err)
	}
}

func TestACrashWhileBlocksAreMadeLosesNothingAndDoublesNothing(t *testing.T) {
	folder, last := crashed(t)
	files := []string{"0000000001-+spans.blk", "0000000001-orders.blk", "0000000002.wal"}
	rows := []struct {
		sentence string
		gone     []string
	}{
		{"after all was written", nil},
		{"before the next log was there", files[2:]},
		{"before one of the blocks was there", files[1:]},
		{"before any was", files},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			folder := copied(t, folder)
			for _, name := range row.gone {
				if err := os.Remove(filepath.Join(folder, name)); err != nil {
					t.Fatal(err)
				}
			}
			kept := last
			if len(row.gone) > 0 {
				kept-- // the last batch came after the seal, into the log that is gone
			}
			for range 2 {
				d := open(t, folder, Options{})
				holds(t, d, 0, kept)
				holdsQuiet(t, d, row.sentence)
				if n := len(named(t, folder, "*.wal")); n != 1 {
					t.Fatalf("%d logs are left", n)
				}
				_ = d.Close()
			}
		})
	}
}

func TestABlockThatIsTornWhileItIsWrittenIsMadeAgainFromItsLog(t *testing.T) {
	folder, last := crashed(t)
	if err := os.Remove(filepath.Join(folder, "0000000002.wal")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"0000000001-+spans.blk", "0000000001-orders.blk"} {
		for way, c := range map[string]change{"cut": {cut, 37}, "another byte": {flipped, 37}} {
			c.each(t, folder, name, func(t *testing.T, at int, folder string) {
				d := open(t, folder, Options{})
				holds(t, d, 0, last-1)
				holdsQuiet(t, d, fmt.Sprintf("%s at %d", way, at))
				_ = d.Close()
			})
		}
	}
}

// Whatever byte of a block is another, what is read is right or missing, the block is said to be damaged once, and the rest serves.
func TestABlockThatIsDamagedIsLeftOutAndSaid(t *testing.T) {
	folder, last := crashed(t)
	_ = open(t, folder, Options{}).Close() // it removes the first log
	for _, name := range []string{"0000000001-+spans.blk", "0000000001-orders.blk"} {
		found := 0
		change{flipped, 7}.each(t, folder, name, func(t *testing.T, at int, folder string) {
			said := &told{}
			d := open(t, folder, Options{Journal: said})
			lines, err := d.Lines(telemetry.LineQuery{Limit: 1000})
			if err != nil || len(lines) == 0 {
				t.Fatalf("byte %d: %d lines, %v", at, len(lines), err)
			}
			for n := range last {
				_, err := d.Trace(traceID(n).String())
				if err != nil && !errors.Is(err, telemetry.ErrNoTrace) {
					t.Fatalf("byte %d: %v", at, err)
				}
			}
			_, err = d.Traces(telemetry.TraceQuery{})
			_, again := d.Traces(telemetry.TraceQuery{Failed: true})
			if err != nil || again != nil || len(said.texts()) > 1 {
				t.Fatalf("byte %d: %v, %v, %q", at, err, again, said.texts())
			}
			for _, text := range said.texts() {
				found++
				if !strings.HasSuffix(text, "is damaged and left out: "+name) {
					t.Fatalf("byte %d: %q", at, text)
				}
			}
			_ = d.Close()
		})
		if found < 50 {
			t.Errorf("%s: only %d of the damages were found", name, found)
		}
	}
}

func TestASegmentOfAnotherVersionIsLeftAlone(t *testing.T) {
	folder, said := t.TempDir(), &told{}
	foreign := map[string]string{
		"0000000007-+spans.blk": "BYNBLK\x00\x09 from the future", "0000000008.wal": "BYNLOG\x00\x09 from the future", "notes.wal": "mine",
	}
	for name, content := range foreign {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := open(t, folder, Options{Journal: said})
	fill(t, d, 0, 1)
	holds(t, d, 0, 1)
	for name, content := range foreign {
		if data, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(data) != content {
			t.Fatalf("%s: %q, %v", name, data, err)
		}
	}
	if strings.Join(said.texts(), "") != "a log of traces and lines is left out: 0000000008.wal" {
		t.Fatalf("%q", said.texts())
	}
}

// full is a disk that has room for so many bytes more.
type full struct {
	quick
	room *int64
}

func (f full) Open(path string) (file, error) {
	opened, err := f.quick.Open(path)
	return fullFile{opened, f.room}, err
}

type fullFile struct {
	file
	room *int64
}

func (f fullFile) WriteAt(p []byte, at int64) (int, error) {
	if int64(len(p)) > *f.room {
		n, _ := f.file.WriteAt(p[:*f.room], at)
		return n, syscall.ENOSPC
	}
	*f.room -= int64(len(p))
	return f.file.WriteAt(p, at)
}

func TestAFullDiskRefusesAndIsUsedAgainWhenThereIsRoom(t *testing.T) {
	for _, unsealed := range []int64{0, 1 << 10} {
		room, folder := int64(4000), t.TempDir()
		d := open(t, folder, Options{Unsealed: unsealed, files: full{room: &room}})
		var refused error
		n := 0
		for ; refused == nil && n < 200; n++ {
			refused = d.Write(telemetry.Batch{Spans: []signal.Span{span(n, "orders", 0, 1, false)}})
		}
		if !errors.Is(refused, syscall.ENOSPC) || !strings.HasPrefix(refused.Error(), "writing telemetry: ") {
			t.Fatalf("%v", refused)
		}
		if traces, err := d.Traces(telemetry.TraceQuery{Limit: 200}); err != nil || len(traces) != n-1 {
			t.Fatalf("it serves %d traces of %d, %v", len(traces), n-1, err)
		}
		room = 1 << 20
		fill(t, d, 300, 301)
		if traces, err := open(t, copied(t, folder), Options{}).Traces(telemetry.TraceQuery{Limit: 200}); err != nil || len(traces) != n {
			t.Fatalf("afterwards %d traces of %d, %v", len(traces), n, err)
		}
	}
}

// unreadable is a disk that fails to read logs from an offset on.
type unreadable struct {
	quick
	from int64
}

func (u unreadable) Open(path string) (file, error) {
	f, err := u.quick.Open(path)
	return unreadableFile{f, u.from}, err
}

type unreadableFile struct {
	file
	from int64
}

func (f unreadableFile) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.from {
		return 0, syscall.EIO
	}
	return f.file.ReadAt(p, at)
}

func TestALogThatCannotBeReadIsNotCut(t *testing.T) {
	folder := t.TempDir()
	fill(t, open(t, folder, Options{}), 0, 10)
	folder = copied(t, folder)
	failing := open(t, folder, Options{files: unreadable{from: 100}})
	fill(t, failing, 10, 11)
	holds(t, failing, 10, 11)
	holds(t, open(t, copied(t, folder), Options{}), 0, 11)
}

// A machine forgets at its end what was not synced: the content of files, and names that are not synced with their folder.
type machine struct {
	system
	mu struct {
		sync.Mutex
		synced map[string][]byte // content by path
		names  map[string]bool
	}
}

func (m *machine) Open(path string) (file, error) {
	f, err := m.system.Open(path)
	return forgetful{f, m, path}, err
}

func (m *machine) Remove(path string) error { return m.system.Remove(path) }

func (m *machine) SyncFolder(path string) error {
	entries, err := os.ReadDir(path)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.names = map[string]bool{}
	for _, e := range entries {
		m.mu.names[filepath.Join(path, e.Name())] = true
	}
	return err
}

type forgetful struct {
	file
	machine *machine
	path    string
}

func (f forgetful) Sync() error {
	data, err := os.ReadFile(f.path)
	f.machine.mu.Lock()
	defer f.machine.mu.Unlock()
	f.machine.mu.synced[f.path] = data
	return err
}

// ends is the folder after the machine has ended.
func (m *machine) ends(t *testing.T) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	to := t.TempDir()
	for path := range m.mu.names {
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), m.mu.synced[path], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// unsyncable is a machine whose disk refuses to sync, once, the files whose names have a suffix.
type unsyncable struct {
	*machine
	suffix string
	fails  *int
}

func (u unsyncable) Open(path string) (file, error) {
	f, err := u.machine.Open(path)
	return unsyncableFile{f, u, path}, err
}

type unsyncableFile struct {
	file
	unsyncable unsyncable
	path       string
}

func (f unsyncableFile) Sync() error {
	if strings.HasSuffix(f.path, f.unsyncable.suffix) && *f.unsyncable.fails > 0 {
		*f.unsyncable.fails--
		return syscall.EIO
	}
	return f.file.Sync()
}

// A sync that succeeds after one that failed says nothing of what the first was to make lasting.
func TestWhatCouldNotBeSyncedIsWrittenAgain(t *testing.T) {
	for _, suffix := range []string{".wal", "-orders.blk"} {
		synctest.Test(t, func(t *testing.T) {
			m, fails, said := &machine{}, 0, &told{}
			m.mu.synced, m.mu.names = map[string][]byte{}, map[string]bool{}
			d, err := Open(t.Context(), t.TempDir(), Options{Unsealed: 4 << 10, files: unsyncable{m, suffix, &fails}, Journal: said})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			fails = 1
			for n := range 40 {
				fill(t, d, n, n+1)
				time.Sleep(settled + time.Millisecond)
			}
			synctest.Wait()
			holds(t, d, 0, 40)
			after, err := Open(t.Context(), m.ends(t), Options{files: quick{}})
			if err != nil {
				t.Fatal(err)
			}
			defer after.Close()
			holds(t, after, 0, 40)
			if fails != 0 || suffix == "-orders.blk" && strings.Join(said.texts(), "") != "traces and lines may not survive the end of the machine" {
				t.Fatalf("%s: %d failures are left, %q", suffix, fails, said.texts())
			}
		})
	}
}

func TestTheEndOfTheMachineTakesTheLastSecondAtMost(t *testing.T) {
	for _, unsealed := range []int64{0, 2 << 10} {
		synctest.Test(t, func(t *testing.T) {
			m := &machine{}
			m.mu.synced, m.mu.names = map[string][]byte{}, map[string]bool{}
			d, err := Open(t.Context(), t.TempDir(), Options{Unsealed: unsealed, files: m})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			for n := range 60 {
				fill(t, d, n, n+1)
				time.Sleep(100 * time.Millisecond)
			}
			synctest.Wait()
			after, err := Open(t.Context(), m.ends(t), Options{files: quick{}})
			if err != nil {
				t.Fatal(err)
			}
			defer after.Close()
			lines, err := after.Lines(telemetry.LineQuery{Limit: 1000})
			if err != nil || len(lines) < 50 {
				t.Fatalf("%d lines are left of 60, %v", len(lines), err)
			}
			holds(t, after, 0, len(lines))
		})
	}
}
