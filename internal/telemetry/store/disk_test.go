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
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

func open(t *testing.T, folder string, o Options) *Disk {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return start }
	}
	d, err := Open(folder, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func fill(t *testing.T, d *Disk, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		l := line(n, "orders", signal.Info, traceID(n))
		l.Text += strings.Repeat("x", 100)
		write(t, d, telemetry.Batch{Spans: []signal.Span{span(n, "orders", time.Duration(n), 1, false)}, Lines: []signal.Line{l}})
	}
}

func segments(t *testing.T, folder string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.seg"))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestWhatWasWrittenOutlivesTheProcess(t *testing.T) {
	folder := t.TempDir()
	fill(t, open(t, folder, Options{}), 0, 20)
	// Not closed, as after kill -9: what Write returned from is there.
	again := open(t, folder, Options{})
	for n := range 20 {
		if spans, err := again.Trace(traceID(n).String()); err != nil || len(spans) != 1 {
			t.Fatalf("trace %d: %v, %v", n, spans, err)
		}
	}
	fill(t, again, 20, 25)
	if lines, err := open(t, folder, Options{}).Lines(telemetry.LineQuery{}); err != nil || len(lines) != 25 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
}

func TestATornTailIsCutWhereverItIsTorn(t *testing.T) {
	for ring, name := range map[string]string{"of requests": segmentName(requests, 1), "of lines": segmentName("orders", 2)} {
		t.Run(ring, func(t *testing.T) { torn(t, name) })
	}
}

func torn(t *testing.T, name string) {
	folder := t.TempDir()
	d := open(t, folder, Options{})
	fill(t, d, 0, 2)
	info, err := os.Stat(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	two := info.Size()
	fill(t, d, 2, 3)
	whole, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	for size := int64(0); size < int64(len(whole)); size += 7 {
		torn := t.TempDir()
		if err := os.WriteFile(filepath.Join(torn, name), whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		d := open(t, torn, Options{})
		if size >= two && d.Bytes() < two {
			t.Fatalf("cut at %d of %d: only %d bytes are left", size, len(whole), d.Bytes())
		}
		fill(t, d, 7, 8)
		again := open(t, torn, Options{})
		if spans, err := again.Trace(traceID(7).String()); err != nil || len(spans) != 1 {
			t.Fatalf("cut at %d: what was written afterwards is lost: %v", size, err)
		}
		if lines, err := again.Lines(telemetry.LineQuery{Limit: 1}); err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0].Text, "line 7") {
			t.Fatalf("cut at %d: the line that was written afterwards is lost: %v, %v", size, lines, err)
		}
		_ = d.Close()
		_ = again.Close()
	}
}

func TestADamagedRecordEndsItsSegmentAndNothingElse(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{})
	fill(t, d, 0, 10)
	_ = d.Close()
	path := segments(t, folder)[0]
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)/2] ^= 0xff
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	d = open(t, folder, Options{})
	traces, err := d.Traces(telemetry.TraceQuery{})
	if err != nil || len(traces) == 0 || len(traces) >= 10 {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
}

func TestRetentionBySize(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{Size: 64 << 10})
	fill(t, d, 0, 1000)
	if d.Bytes() > 64<<10 {
		t.Fatalf("%d bytes are kept", d.Bytes())
	}
	if _, err := d.Trace(traceID(0).String()); !errors.Is(err, telemetry.ErrNoTrace) {
		t.Fatalf("the oldest: %v", err)
	}
	if spans, err := d.Trace(traceID(999).String()); err != nil || len(spans) != 1 {
		t.Fatalf("the newest: %v, %v", spans, err)
	}
	if lines, err := d.Lines(telemetry.LineQuery{Limit: 5}); err != nil || len(lines) != 5 || !strings.HasPrefix(lines[4].Text, "line 999") {
		t.Fatalf("%v, %v", lines, err)
	}
}

func TestRetentionByAge(t *testing.T) {
	now := start
	d := open(t, t.TempDir(), Options{Size: 1 << 20, Segment: 4 << 10, Now: func() time.Time { return now }})
	fill(t, d, 0, 100)
	now = now.Add(25 * time.Hour)
	fill(t, d, 100, 150)
	if _, err := d.Trace(traceID(0).String()); !errors.Is(err, telemetry.ErrNoTrace) {
		t.Fatalf("yesterday's: %v", err)
	}
	if _, err := d.Trace(traceID(149).String()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatTheIndexDoesNotKnowIsReadFromSegments(t *testing.T) {
	folder := t.TempDir()
	fill(t, open(t, folder, Options{Size: 1 << 20, Segment: 8 << 10}), 0, 500)
	if n := len(segments(t, folder)); n < 5 {
		t.Fatalf("%d segments", n)
	}
	d := open(t, folder, Options{Size: 1 << 20, Segment: 8 << 10})
	if spans, err := d.Trace(traceID(3).String()); err != nil || len(spans) != 1 {
		t.Fatalf("an old trace: %v, %v", spans, err)
	}
	lines, err := d.Lines(telemetry.LineQuery{Limit: 450})
	if err != nil || len(lines) != 450 || !strings.HasPrefix(lines[0].Text, "line 50x") {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if lines, err = d.Lines(telemetry.LineQuery{Trace: "4b0004"}); err != nil || len(lines) != 1 {
		t.Fatalf("an old line by its trace: %v, %v", lines, err)
	}
}

func TestASegmentOfAnotherVersionIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	foreign := []byte("BYNSEG\x00\x09 from the future")
	if err := os.WriteFile(filepath.Join(folder, segmentName(requests, 7)), foreign, 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, folder, Options{})
	fill(t, d, 0, 1)
	data, err := os.ReadFile(filepath.Join(folder, segmentName(requests, 7)))
	if err != nil || string(data) != string(foreign) || len(segments(t, folder)) != 3 {
		t.Fatalf("%q, %v", data, err)
	}
}

func TestANoisyServiceEvictsOnlyItselfOverRestarts(t *testing.T) {
	folder, options := t.TempDir(), Options{Size: 1 << 20, Segment: 256 << 10}
	quiet(t, open(t, folder, options))
	for range 3 { // not closed in between, as after kill -9
		shout(t, open(t, folder, options), "noisy")
		again := open(t, folder, options)
		stillThere(t, again)
		if again.Bytes() > options.Size {
			t.Fatalf("%d bytes are kept", again.Bytes())
		}
	}
}

func TestMoreServicesThanTheSizeHasSegmentsFor(t *testing.T) {
	d := open(t, t.TempDir(), Options{Size: 64 << 10, Segment: 32 << 10})
	for n := range 1000 {
		l := line(n, fmt.Sprintf("service-%d", n%40), signal.Info, trace.ID{})
		l.Text += strings.Repeat("x", 300)
		write(t, d, telemetry.Batch{Lines: []signal.Line{l}})
		if d.Bytes() > 64<<10 {
			t.Fatalf("%d bytes are kept", d.Bytes())
		}
	}
	if lines, err := d.Lines(telemetry.LineQuery{Limit: 1}); err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0].Text, "line 999") {
		t.Fatalf("the newest: %v, %v", lines, err)
	}
}

// Before there were rings, requests and lines shared their segments, which had the names of those of requests.
func TestTheLayoutBeforeIsRead(t *testing.T) {
	folder := t.TempDir()
	old := []byte(header)
	for n := range 3 {
		s, l := span(n, "orders", 0, 1, false), line(n, "orders", signal.Info, traceID(n))
		for _, record := range [][]byte{appendSpan(make([]byte, frame), &s), appendLine(make([]byte, frame), &l)} {
			seal(record, 0)
			old = append(old, record...)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "0000000003.seg"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	d := open(t, folder, Options{})
	fill(t, d, 3, 5)
	for range 2 {
		traces, err := d.Traces(telemetry.TraceQuery{})
		lines, err2 := d.Lines(telemetry.LineQuery{Services: []string{"orders"}})
		if err != nil || err2 != nil || len(traces) != 5 || len(lines) != 5 {
			t.Fatalf("%d traces, %d lines, %v, %v", len(traces), len(lines), err, err2)
		}
		d = open(t, folder, Options{})
	}
}

func TestNamesOfSegments(t *testing.T) {
	rows := []struct {
		sentence, name, ring string
		number               uint32
		ours                 bool
	}{
		{"of requests", "0000000007.seg", requests, 7, true},
		{"of a service", "0000000008-orders-v2.seg", "orders-v2", 8, true},
		{"of a name that is no file's", segmentName("../a b", 9), "../a b", 9, true},
		{"of nobody", "notes.seg", "", 0, false},
	}
	for _, row := range rows {
		ring, number, ours := parseName(filepath.Join("folder", row.name))
		if ring != row.ring || number != row.number || ours != row.ours || strings.ContainsAny(row.name, "/ ") {
			t.Errorf("%s: %q, %d, %v of %s", row.sentence, ring, number, ours, row.name)
		}
	}
}

// full is a disk that has room for so many bytes.
type full struct {
	*os.File
	room *int64
}

func (f full) WriteAt(p []byte, at int64) (int, error) {
	if int64(len(p)) > *f.room {
		n, _ := f.File.WriteAt(p[:*f.room], at)
		return n, syscall.ENOSPC
	}
	*f.room -= int64(len(p))
	return f.File.WriteAt(p, at)
}

func TestAFullDiskRefusesAndIsUsedAgainWhenThereIsRoom(t *testing.T) {
	room, folder := int64(2000), t.TempDir()
	d := open(t, folder, Options{open: func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		return full{f, &room}, err
	}})
	var refused error
	n := 0
	for ; refused == nil && n < 100; n++ {
		refused = d.Write(telemetry.Batch{Spans: []signal.Span{span(n, "orders", 0, 1, false)}})
	}
	if !errors.Is(refused, syscall.ENOSPC) || !strings.HasPrefix(refused.Error(), "writing telemetry: ") {
		t.Fatalf("%v", refused)
	}
	if err := d.Write(telemetry.Batch{Lines: []signal.Line{line(n, "orders", signal.Info, trace.ID{})}}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("a segment for lines: %v", err)
	}
	if traces, err := d.Traces(telemetry.TraceQuery{}); err != nil || len(traces) != n-1 {
		t.Fatalf("it serves %d traces of %d, %v", len(traces), n-1, err)
	}
	room = 1 << 20
	fill(t, d, 50, 51)
	if traces, err := open(t, folder, Options{}).Traces(telemetry.TraceQuery{}); err != nil || len(traces) != n {
		t.Fatalf("afterwards %d traces of %d, %v", len(traces), n, err)
	}
}

// unreadable is a disk that fails to read from an offset on.
type unreadable struct {
	*os.File
	from int64
}

func (f unreadable) ReadAt(p []byte, at int64) (int, error) {
	if at+int64(len(p)) > f.from {
		return 0, syscall.EIO
	}
	return f.File.ReadAt(p, at)
}

func TestASegmentThatCannotBeReadIsNotCut(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{})
	fill(t, d, 0, 10)
	size := d.Bytes()
	failing := open(t, folder, Options{open: func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		return unreadable{f, 100}, err
	}})
	fill(t, failing, 10, 11)
	left := int64(0)
	for _, path := range segments(t, folder)[:2] {
		at, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		left += at.Size()
	}
	if left != size {
		t.Fatalf("%d bytes are left of %d", left, size)
	}
	if traces, err := open(t, folder, Options{}).Traces(telemetry.TraceQuery{}); err != nil || len(traces) != 11 {
		t.Fatalf("%d traces once it can be read again, %v", len(traces), err)
	}
}

func TestTheIndexIsBounded(t *testing.T) {
	x := newIndex()
	for n := range 40_000 {
		var id trace.ID
		id[3], id[4], id[5] = byte(n>>16), byte(n>>8), byte(n)
		s := span(n, "orders", 0, 1, false)
		s.Trace = id
		x.addSpan(&s, place{1, uint32(n)})
		l := line(n, "talkative", signal.Info, id)
		for range 3 {
			x.addLine(&l, place{1, uint32(n)})
		}
		if n == 0 {
			quiet := line(n, "quiet", signal.Info, id)
			x.addLine(&quiet, place{1, 0})
		}
	}
	if x.bytes > indexTraces || len(x.order) != len(x.traces) || x.marks*40 > indexLines {
		t.Fatalf("%d bytes of traces, %d marks", x.bytes, x.marks)
	}
	if len(x.lines["quiet"]) != 1 {
		t.Fatal("a talkative service pushed the quiet one out")
	}
}

func TestReadsWhileItWrites(t *testing.T) {
	d := open(t, t.TempDir(), Options{Size: 64 << 10})
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if _, err := d.Lines(telemetry.LineQuery{Limit: 500}); err != nil {
					t.Error(err)
				}
				_, _ = d.Trace("4b0001")
				_, _ = d.Traces(telemetry.TraceQuery{})
			}
		})
	}
	fill(t, d, 0, 500)
	close(done)
	readers.Wait()
}

func TestAClosedStoreSaysSo(t *testing.T) {
	d := open(t, t.TempDir(), Options{})
	_ = d.Close()
	if err := d.Write(telemetry.Batch{Lines: []signal.Line{line(1, "a", signal.Info, trace.ID{})}}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if _, err := d.Lines(telemetry.LineQuery{}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	s, l := span(1, "orders", 0, 1, true), line(1, "orders", signal.Info, traceID(1))
	f.Add(appendSpan(nil, &s))
	f.Add(appendLine(nil, &l))
	f.Fuzz(func(t *testing.T, record []byte) {
		if s, err := decodeSpan(record); err == nil {
			if again, err := decodeSpan(appendSpan(nil, &s)); err != nil || again.ID != s.ID || again.Name != s.Name {
				t.Fatalf("%+v read again as %+v, %v", s, again, err)
			}
		}
		if l, err := decodeLine(record); err == nil {
			if again, err := decodeLine(appendLine(nil, &l)); err != nil || again != l {
				t.Fatalf("%+v read again as %+v, %v", l, again, err)
			}
		}
	})
}
