package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

func open(t *testing.T, folder string, o Options) *Disk {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return start }
	}
	if o.files == nil {
		o.files = quick{}
	}
	d, err := Open(t.Context(), folder, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// fill writes a trace and a line for each number, in batches of their own.
func fill(t *testing.T, d *Disk, from, to int) {
	t.Helper()
	filler := noise{rand.New(rand.NewPCG(uint64(from), 2))}
	for n := from; n < to; n++ {
		l := line(n, "orders", signal.Info, traceID(n))
		l.Text += "x" + filler.text(100)
		write(t, d, telemetry.Batch{Spans: []signal.Span{span(n, "orders", time.Duration(n), 1, false)}, Lines: []signal.Line{l}})
	}
}

func named(t *testing.T, folder, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// holds fails unless the store has the trace and the line of each number, once.
func holds(t *testing.T, d *Disk, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		if spans, err := d.Trace(traceID(n).String()); err != nil || len(spans) != 1 {
			t.Fatalf("trace %d: %v, %v", n, spans, err)
		}
	}
	lines, err := d.Lines(telemetry.LineQuery{Services: []string{"orders"}, Since: start.Add(time.Duration(from) * time.Second), Limit: to})
	if err != nil || len(lines) != to-from {
		t.Fatalf("%d lines of %d, %v", len(lines), to-from, err)
	}
	for i, l := range lines {
		if !strings.HasPrefix(l.Text, fmt.Sprintf("line %dx", from+i)) {
			t.Fatalf("line %d is %q", from+i, l.Text)
		}
	}
}

// copied is the folder as it is now: as kill -9 leaves it.
func copied(t *testing.T, folder string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return to
}

// told is a journal of what was said.
type told struct {
	mu struct {
		sync.Mutex
		entries []journal.Entry
	}
}

func (j *told) Record(e journal.Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.mu.entries = append(j.mu.entries, e)
}

func (j *told) texts() (all []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, e := range j.mu.entries {
		all = append(all, e.Text)
	}
	return all
}

func TestWhatWasWrittenOutlivesTheProcess(t *testing.T) {
	for _, unsealed := range []int64{0, 2 << 10} {
		folder, options := t.TempDir(), Options{Unsealed: unsealed}
		fill(t, open(t, folder, options), 0, 40)
		again := copied(t, folder)
		d := open(t, again, options)
		holds(t, d, 0, 40)
		fill(t, d, 40, 50)
		holds(t, open(t, copied(t, again), options), 0, 50)
	}
}

func TestRetentionBySize(t *testing.T) {
	d := open(t, t.TempDir(), Options{Size: 64 << 10})
	fill(t, d, 0, 2000)
	if d.Bytes() > 64<<10 {
		t.Fatalf("%d bytes are kept", d.Bytes())
	}
	if _, err := d.Trace(traceID(0).String()); !errors.Is(err, telemetry.ErrNoTrace) {
		t.Fatalf("the oldest: %v", err)
	}
	holds(t, d, 1990, 2000)
}

func TestTheSizeIsThatOfTheFiles(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{Size: 256 << 10})
	fill(t, d, 0, 500)
	if err := d.settle(); err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, path := range named(t, folder, "*") {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	if d.Bytes() != sum || len(named(t, folder, "*.wal")) != 1 {
		t.Fatalf("%d bytes are said to be %d, in %v", sum, d.Bytes(), named(t, folder, "*"))
	}
}

func TestRetentionByAge(t *testing.T) {
	now := start
	d := open(t, t.TempDir(), Options{Size: 1 << 20, Unsealed: 4 << 10, Now: func() time.Time { return now }})
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

func TestRowsThatNoBlockTookAreDroppedWhenTheyAreOld(t *testing.T) {
	now := start
	d := open(t, t.TempDir(), Options{Unsealed: 64 << 10, Now: func() time.Time { return now }})
	write(t, d, telemetry.Batch{Lines: []signal.Line{line(1, "quiet", signal.Info, trace.ID{})}})
	fill(t, d, 0, 500)
	if lines, err := d.Lines(telemetry.LineQuery{Services: []string{"quiet"}}); err != nil || len(lines) != 1 {
		t.Fatalf("%v, %v", lines, err)
	}
	now = now.Add(25 * time.Hour)
	fill(t, d, 500, 1000)
	if lines, err := d.Lines(telemetry.LineQuery{Services: []string{"quiet"}}); err != nil || len(lines) != 0 {
		t.Fatalf("a day later: %v, %v", lines, err)
	}
}

func TestLateRowsAreFoundWhereTheyBelong(t *testing.T) {
	d := open(t, t.TempDir(), Options{Unsealed: 4 << 10})
	for n := 200; n > 0; n-- { // the latest first
		write(t, d, telemetry.Batch{
			Spans: []signal.Span{span(n, "orders", time.Duration(n)*time.Second, 1, false)}, Lines: []signal.Line{line(n, "orders", signal.Info, traceID(n))},
		})
	}
	lines, err := d.Lines(telemetry.LineQuery{Limit: 3})
	if err != nil || len(lines) != 3 || lines[2].Text != "line 200" || lines[0].Text != "line 198" {
		t.Fatalf("%+v, %v", lines, err)
	}
	traces, err := d.Traces(telemetry.TraceQuery{Limit: 200})
	if err != nil || len(traces) != 200 || traces[0].ID != traceID(200) || traces[199].ID != traceID(1) {
		t.Fatalf("%d traces, %v", len(traces), err)
	}
}

func TestATraceWhoseSpansLieInTwoBlocksIsOne(t *testing.T) {
	d := open(t, t.TempDir(), Options{Unsealed: 1 << 10})
	write(t, d, telemetry.Batch{Spans: []signal.Span{span(1, "inner", time.Millisecond, time.Millisecond, true)}})
	for n := 2; d.sealed() < 1; n++ {
		write(t, d, telemetry.Batch{Spans: []signal.Span{span(n, "other", time.Millisecond, 1, false)}})
	}
	write(t, d, telemetry.Batch{Spans: []signal.Span{span(1, "outermost", 0, 5*time.Millisecond, false)}})
	found, err := d.Traces(telemetry.TraceQuery{Failed: true})
	if err != nil || len(found) != 1 || found[0].Service != "outermost" || strings.Join(found[0].Services, " ") != "outermost inner" {
		t.Fatalf("%+v, %v", found, err)
	}
	if found, _ = d.Traces(telemetry.TraceQuery{Slower: 5 * time.Millisecond}); len(found) != 1 || !found[0].Failed {
		t.Fatalf("%+v", found)
	}
}

func (d *Disk) sealed() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.mu.blocks)
}

func TestAQuietServiceStaysInTheLog(t *testing.T) {
	folder := t.TempDir()
	d := open(t, folder, Options{Unsealed: 32 << 10})
	quiet(t, d)
	fill(t, d, 100, 600)
	if n := len(named(t, folder, "*-quiet.blk")); n != 0 {
		t.Fatalf("%d blocks of five lines", n)
	}
	for _, each := range []*Disk{d, open(t, copied(t, folder), Options{})} {
		if lines, err := each.Lines(telemetry.LineQuery{Services: []string{"quiet"}}); err != nil || len(lines) != 5 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
	}
}

func TestMoreServicesThanTheSizeHasRoomFor(t *testing.T) {
	d := open(t, t.TempDir(), Options{Size: 64 << 10})
	filler := noise{rand.New(rand.NewPCG(1, 2))}
	for n := range 1000 {
		l := line(n, fmt.Sprintf("service-%d", n%40), signal.Info, trace.ID{})
		l.Text += filler.text(300)
		write(t, d, telemetry.Batch{Lines: []signal.Line{l}})
		if d.Bytes() > 64<<10 {
			t.Fatalf("%d bytes are kept", d.Bytes())
		}
	}
	if lines, err := d.Lines(telemetry.LineQuery{Limit: 1}); err != nil || len(lines) != 1 || !strings.HasPrefix(lines[0].Text, "line 999") {
		t.Fatalf("the newest: %v, %v", lines, err)
	}
}

func TestANoisyServiceEvictsOnlyItselfOverRestarts(t *testing.T) {
	folder, options := t.TempDir(), Options{Size: 1 << 20}
	quiet(t, open(t, folder, options))
	for range 3 {
		folder = copied(t, folder)
		shout(t, open(t, folder, options), "noisy")
		folder = copied(t, folder)
		again := open(t, folder, options)
		stillThere(t, again)
		if again.Bytes() > options.Size {
			t.Fatalf("%d bytes are kept", again.Bytes())
		}
	}
}

func TestNamesOfBlocks(t *testing.T) {
	rows := []struct {
		sentence, ring, name string
		number               uint32
	}{
		{"of spans", spanRing, "0000000007-+spans.blk", 7},
		{"of the records of requests", accessRing, "0000000007-+access.blk", 7},
		{"of a service", "orders-v2", "0000000008-orders-v2.blk", 8},
		{"of a name that is no file's", "../a b", "0000000009-..%2Fa+b.blk", 9},
		{"of no name", "", "0000000009-.blk", 9},
	}
	for _, row := range rows {
		path := blockPath("folder", row.ring, row.number)
		ring, number, ours := parseName(path)
		if filepath.Base(path) != row.name || ring != row.ring || number != row.number || !ours {
			t.Errorf("%s: %s is %q, %d, %v", row.sentence, path, ring, number, ours)
		}
	}
	if _, _, ours := parseName("folder/notes.blk"); ours {
		t.Error("a file of somebody else is taken for a block")
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
				if _, err := d.Traces(telemetry.TraceQuery{}); err != nil {
					t.Error(err)
				}
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
	if _, err := d.Traces(telemetry.TraceQuery{}); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

// The folder is one that a release had made which kept rows in segments.
func TestSegmentsOfAnEarlierReleaseAreTakenOver(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../migration/testdata/1/telemetry")); err != nil {
		t.Fatal(err)
	}
	torn, err := os.ReadFile(filepath.Join(folder, "0000000002-greeter.seg"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"0000000003-other.seg": torn[:len(torn)-1], "0000000004.seg": nil, "0000000005.seg": []byte("BYNSEG\x00\x09 from the future"),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		d := open(t, folder, Options{})
		traces, err := d.Traces(telemetry.TraceQuery{})
		if err != nil || len(traces) != 3 || traces[0].Start.Year() != 2026 || traces[0].Status != 200 {
			t.Fatalf("%+v, %v", traces, err)
		}
		lines, err := d.Lines(telemetry.LineQuery{Access: true})
		if err != nil || len(lines) != 3+7+6 { // of requests, of greeter, and of the torn copy of those
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		if left := named(t, folder, "*.seg"); len(left) != 1 || filepath.Base(left[0]) != "0000000005.seg" {
			t.Fatalf("%v", left)
		}
		_ = d.Close()
	}
}

// The folder is one of the first release with blocks: some rows in them, others in the log.
func TestTheFirstBlocksAndLogsAreRead(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/1")); err != nil {
		t.Fatal(err)
	}
	for round := range 3 {
		d := open(t, folder, Options{})
		traces, err := d.Traces(telemetry.TraceQuery{Limit: 100})
		if err != nil || len(traces) != 60+round {
			t.Fatalf("%d traces, %v", len(traces), err)
		}
		for n := range 60 {
			spans, err := d.Trace(traceID(n).String())
			if err != nil || len(spans) != 1 || spans[0].Kind != kinds[n%3] || spans[0].Attributes.Get(telemetry.URLPath) != fmt.Sprint("/a/", n) ||
				spans[0].Attributes.Get("own.name") != "ü" || spans[0].Events != nil {
				t.Fatalf("%+v, %v", spans, err)
			}
		}
		lines, err := d.Lines(telemetry.LineQuery{Access: true})
		if err != nil || len(lines) != 60 || lines[59].Text != "line 59" || lines[55].Message != "message 55" || lines[59].Attributes != nil {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		write(t, d, telemetry.Batch{Spans: []signal.Span{span(100+round, "orders", 0, 1, false)}})
		_ = d.Close()
	}
}

func FuzzSegment(f *testing.F) {
	f.Add([]byte{lineRecord, 1, 2, 3})
	f.Add(append([]byte{spanRecord}, make([]byte, 60)...))
	f.Fuzz(func(t *testing.T, record []byte) {
		if len(record) == 0 {
			return
		}
		var batch telemetry.Batch
		addRecord(&batch, record)
		for _, s := range batch.Spans {
			if _, err := decodeSpan(appendSpan(nil, &s)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestWhatIsBeyondTheBoundsOfARowIsCut(t *testing.T) {
	d := open(t, t.TempDir(), Options{Unsealed: 100 << 10})
	long, many := span(1, "orders", 0, 1, false), span(2, "orders", 0, 1, false)
	long.Attributes.Set("long", strings.Repeat("ü", longestText))
	for n := range 2 * mostAttributes {
		many.Attributes.Set(fmt.Sprint("many", n), fmt.Sprint(n))
	}
	for n := range 2 * mostNested {
		many.Events = append(many.Events, signal.Event{At: many.Start, Name: fmt.Sprint("event", n)})
		many.Links = append(many.Links, signal.Link{Span: trace.SpanID{byte(n)}, Attributes: long.Attributes})
	}
	for range 3 {
		write(t, d, telemetry.Batch{Spans: []signal.Span{long, many}})
	}
	spans, err := d.Trace(traceID(1).String())
	if err != nil || len(spans) != 3 {
		t.Fatalf("%d spans, %v", len(spans), err)
	}
	for _, each := range spans {
		if kept := each.Attributes.Get("long"); len(kept) > longestText || len(kept) < longestText-2 || strings.Trim(kept, "ü") != "" {
			t.Fatalf("%d bytes are kept", len(kept))
		}
	}
	if spans, err = d.Trace(traceID(2).String()); err != nil || len(spans) != 3 || len(spans[0].Attributes) != mostAttributes {
		t.Fatalf("%d spans, %v", len(spans), err)
	}
	if len(spans[0].Events) != mostNested || spans[0].Events[mostNested-1].Name != fmt.Sprint("event", mostNested-1) || len(spans[0].Links) != longestNested/longestText-1 {
		t.Fatalf("%d events, %d links", len(spans[0].Events), len(spans[0].Links))
	}
	for _, a := range spans[0].Attributes {
		if strings.HasPrefix(a.Name, "many") && a.Name != "many"+a.Value {
			t.Fatalf("%s is %s", a.Name, a.Value)
		}
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
			if again, err := decodeLine(appendLine(nil, &l)); err != nil || !reflect.DeepEqual(again, l) {
				t.Fatalf("%+v read again as %+v, %v", l, again, err)
			}
		}
	})
}
