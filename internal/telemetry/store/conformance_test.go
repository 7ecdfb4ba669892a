package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/trace"
)

// start is now: a store that is opened takes the age of a segment from its file, whose clock is the system's.
var start = time.Now().Truncate(time.Second)

func traceID(n int) (id trace.ID) {
	id[0], id[1], id[2], id[15] = 0x4b, byte(n>>8), byte(n), 1
	return id
}

func span(n int, service string, from, took time.Duration, failed bool) signal.Span {
	s := signal.Span{
		Trace: traceID(n), Service: service, Instance: service + ".1", Name: "GET /a/**", Kind: signal.Server, Start: start.Add(from),
		Duration: took, Failed: failed, Message: "why", Attributes: signal.Attributes{
			{Name: telemetry.RequestMethod, Value: "GET"}, {Name: telemetry.URLPath, Value: "/a/b"}, {Name: telemetry.StatusCode, Value: "200"},
			{Name: telemetry.HTTPRoute, Value: "/a/**"}, {Name: "own.name", Value: "ü"},
		},
	}
	s.ID[7], s.ID[6] = byte(n)+1, byte(len(service))
	return s
}

func line(n int, service string, level signal.Level, id trace.ID) signal.Line {
	return signal.Line{
		At: start.Add(time.Duration(n) * time.Second), Service: service, Instance: fmt.Sprintf("%s.%d", service, n%2+1), Stream: "stdout",
		Level: level, Text: fmt.Sprint("line ", n), Message: fmt.Sprint("message ", n), Trace: id,
	}
}

// TestConformance holds every implementation of telemetry.Store to the same behaviour.
func TestConformance(t *testing.T) {
	stores := map[string]func(t *testing.T) telemetry.Store{
		"memory": func(*testing.T) telemetry.Store { return NewMemory(1000) },
		"disk": func(t *testing.T) telemetry.Store {
			return open(t, t.TempDir(), Options{Size: 1 << 20})
		},
		"disk, with all of it in blocks": func(t *testing.T) telemetry.Store {
			return sealing{open(t, t.TempDir(), Options{Size: 1 << 20})}
		},
	}
	rows := []struct {
		sentence string
		test     func(*testing.T, telemetry.Store)
	}{
		{"what was written is read as it was", sameBack},
		{"events and links are read as they were", nested},
		{"each kind is read as it was", kindsBack},
		{"what the writer does with its slices afterwards changes nothing", slicesOfTheWriter},
		{"a trace is found by a unique beginning of its id", byPrefix},
		{"traces come newest first and filtered", filteredTraces},
		{"traces of one batch come by their start", shuffledBatch},
		{"lines come newest last and filtered", filteredLines},
		{"spans of a trace may come in several batches", severalBatches},
		{"a noisy service evicts only itself", noisy},
		{"several noisy services leave the quiet ones alone", severalNoisy},
		{"an empty store has nothing, without an error", nothing},
	}
	for name, make := range stores {
		for _, row := range rows {
			t.Run(name+"/"+row.sentence, func(t *testing.T) { row.test(t, make(t)) })
		}
	}
}

// sealing makes blocks of each batch, but for the big ones, which fill the log by themselves.
type sealing struct{ *Disk }

func (s sealing) Write(b telemetry.Batch) error {
	if err := s.Disk.Write(b); err != nil || len(b.Lines) > 100 {
		return err
	}
	usual := s.limits.Load()
	defer s.limits.Store(usual)
	l := *usual
	l.Unsealed = 0 // nothing is carried
	s.limits.Store(&l)
	return s.seal()
}

func write(t *testing.T, s telemetry.Store, b telemetry.Batch) {
	t.Helper()
	if err := s.Write(b); err != nil {
		t.Fatal(err)
	}
}

func sameBack(t *testing.T, s telemetry.Store) {
	want, text := span(1, "orders", 0, time.Second, true), line(1, "orders", signal.Warn, traceID(1))
	text.Attributes = signal.Attributes{{Name: telemetry.HTTPRoute, Value: "/a/**"}, {Name: "own.name", Value: "1"}}
	write(t, s, telemetry.Batch{Spans: []signal.Span{want}, Lines: []signal.Line{text}})
	spans, err := s.Trace(traceID(1).String())
	if err != nil || len(spans) != 1 || fmt.Sprint(spans[0]) != fmt.Sprint(want) {
		t.Fatalf("%+v, %v", spans, err)
	}
	lines, err := s.Lines(telemetry.LineQuery{})
	if err != nil || len(lines) != 1 || !lines[0].At.Equal(text.At) || fmt.Sprint(lines[0]) != fmt.Sprint(text) {
		t.Fatalf("%+v, %v", lines, err)
	}
}

func eventful() signal.Span {
	s := span(1, "orders", 0, time.Second, true)
	s.Events = []signal.Event{
		{At: s.Start.Add(-time.Hour), Name: "before it began"},
		{At: s.Start.Add(time.Millisecond), Name: "exception", Attributes: signal.Attributes{{Name: "exception.type", Value: "Error"}, {Name: telemetry.ErrorType, Value: "\x00"}}},
	}
	s.Links = []signal.Link{{Trace: traceID(7), Span: trace.SpanID{7}}, {Span: trace.SpanID{8}, Attributes: signal.Attributes{{Name: "why", Value: "batch"}}}}
	return s
}

func nested(t *testing.T, s telemetry.Store) {
	want := eventful()
	write(t, s, telemetry.Batch{Spans: []signal.Span{want, span(2, "orders", 0, 1, false)}})
	for id, want := range map[trace.ID]signal.Span{traceID(1): want, traceID(2): span(2, "orders", 0, 1, false)} {
		spans, err := s.Trace(id.String())
		if err != nil || len(spans) != 1 || fmt.Sprint(spans[0]) != fmt.Sprint(want) {
			t.Fatalf("%+v, want %+v, %v", spans, want, err)
		}
	}
}

func kindsBack(t *testing.T, s telemetry.Store) {
	all := []signal.Kind{signal.Server, signal.Client, signal.Internal, signal.Producer, signal.Consumer}
	for n, kind := range all {
		one := span(n, "orders", 0, 1, false)
		one.Kind = kind
		write(t, s, telemetry.Batch{Spans: []signal.Span{one}})
	}
	for n, kind := range all {
		if spans, err := s.Trace(traceID(n).String()); err != nil || spans[0].Kind != kind {
			t.Fatalf("%s: %v, %v", kind, spans, err)
		}
	}
}

func slicesOfTheWriter(t *testing.T, s telemetry.Store) {
	one, text := eventful(), line(1, "orders", signal.Warn, traceID(1))
	text.Attributes = signal.Attributes{{Name: "a", Value: "1"}}
	write(t, s, telemetry.Batch{Spans: []signal.Span{one}, Lines: []signal.Line{text}})
	one.Attributes[0].Value, one.Events[1].Attributes[0].Value, one.Links[1].Attributes[0].Value = "x", "x", "x"
	one.Events[0].Name, one.Links[0].Span, text.Attributes[0].Value = "x", trace.SpanID{}, "x"
	spans, err := s.Trace(traceID(1).String())
	if err != nil || fmt.Sprint(spans) != fmt.Sprint([]signal.Span{eventful()}) {
		t.Fatalf("%+v, %v", spans, err)
	}
	lines, err := s.Lines(telemetry.LineQuery{})
	if err != nil || lines[0].Attributes.Get("a") != "1" {
		t.Fatalf("%+v, %v", lines, err)
	}
}

func byPrefix(t *testing.T, s telemetry.Store) {
	write(t, s, telemetry.Batch{Spans: []signal.Span{span(1, "a", 0, 1, false), span(2, "a", 0, 1, false)}})
	if _, err := s.Trace("4b"); !errors.Is(err, telemetry.ErrAmbiguous) {
		t.Fatalf("a beginning of both: %v", err)
	}
	if spans, err := s.Trace("4b0002"); err != nil || spans[0].Trace != traceID(2) {
		t.Fatalf("a beginning of one: %v, %v", spans, err)
	}
	for _, none := range []string{"ff", "4b00020", "zz", traceID(3).String(), traceID(1).String() + "0"} {
		if _, err := s.Trace(none); none != "4b00020" && !errors.Is(err, telemetry.ErrNoTrace) {
			t.Fatalf("%s: %v", none, err)
		}
	}
	if _, err := s.Trace(""); !errors.Is(err, telemetry.ErrAmbiguous) {
		t.Fatalf("no beginning at all: %v", err)
	}
}

func filteredTraces(t *testing.T, s telemetry.Store) {
	for n := range 10 {
		write(t, s, telemetry.Batch{Spans: []signal.Span{span(n, fmt.Sprint("s", n%2), time.Duration(n), time.Duration(n)*time.Millisecond, n == 4)}})
	}
	ask := func(q telemetry.TraceQuery) (ids []int) {
		found, err := s.Traces(q)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			ids = append(ids, int(f.ID[2]))
		}
		return ids
	}
	rows := []struct {
		sentence string
		query    telemetry.TraceQuery
		want     []int
	}{
		{"the newest", telemetry.TraceQuery{Limit: 3}, []int{9, 8, 7}},
		{"of a service", telemetry.TraceQuery{Service: "s1", Limit: 2}, []int{9, 7}},
		{"that failed", telemetry.TraceQuery{Failed: true}, []int{4}},
		{"that took long", telemetry.TraceQuery{Slower: 8 * time.Millisecond}, []int{9, 8}},
		{"of a route", telemetry.TraceQuery{Route: "/a/**", Limit: 1}, []int{9}},
		{"of a route that nobody took", telemetry.TraceQuery{Route: "/b"}, nil},
	}
	for _, row := range rows {
		if got := ask(row.query); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v", row.sentence, got, row.want)
		}
	}
	if all, _ := s.Traces(telemetry.TraceQuery{Limit: 1}); all[0].Name != "GET /a/b" || all[0].Status != 200 || all[0].Hops != 1 {
		t.Errorf("%+v", all[0])
	}
}

func filteredLines(t *testing.T, s telemetry.Store) {
	var lines []signal.Line
	for n := range 10 {
		level := signal.Info
		if n%3 == 0 {
			level = signal.Error
		}
		lines = append(lines, line(n, fmt.Sprint("s", n%2), level, traceID(n)))
	}
	lines[9].Stream = telemetry.Access
	write(t, s, telemetry.Batch{Lines: lines})
	rows := []struct {
		sentence string
		query    telemetry.LineQuery
		want     []string
	}{
		{"the newest, the newest last", telemetry.LineQuery{Limit: 2}, []string{"line 7", "line 8"}},
		{"with those of requests", telemetry.LineQuery{Limit: 2, Access: true}, []string{"line 8", "line 9"}},
		{"of a service", telemetry.LineQuery{Services: []string{"s0"}, Limit: 2}, []string{"line 6", "line 8"}},
		{"of an instance", telemetry.LineQuery{Instance: "s1.2", Limit: 1}, []string{"line 7"}},
		{"of a level", telemetry.LineQuery{Level: signal.Warn}, []string{"line 0", "line 3", "line 6"}},
		{"of a trace", telemetry.LineQuery{Trace: "4b0005"}, []string{"line 5"}},
		{"since an instant", telemetry.LineQuery{Since: start.Add(7 * time.Second)}, []string{"line 7", "line 8"}},
		{"with a word", telemetry.LineQuery{Words: "4"}, []string{"line 4"}},
		{"with words in another order and case", telemetry.LineQuery{Words: "5 LINE"}, []string{"line 5"}},
		{"with a part of a word", telemetry.LineQuery{Words: "lin"}, nil},
		{"of nobody", telemetry.LineQuery{Services: []string{"s9"}}, nil},
	}
	for _, row := range rows {
		found, err := s.Lines(row.query)
		var got []string
		for _, l := range found {
			got = append(got, l.Text)
		}
		if err != nil || !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, want %v (%v)", row.sentence, got, row.want, err)
		}
	}
}

func severalBatches(t *testing.T, s telemetry.Store) {
	write(t, s, telemetry.Batch{Spans: []signal.Span{span(1, "inner", time.Millisecond, time.Millisecond, true)}})
	write(t, s, telemetry.Batch{Spans: []signal.Span{span(2, "other", 0, 1, false)}})
	write(t, s, telemetry.Batch{Spans: []signal.Span{span(1, "outermost", 0, 5*time.Millisecond, false)}})
	if spans, err := s.Trace(traceID(1).String()); err != nil || len(spans) != 2 {
		t.Fatalf("%+v, %v", spans, err)
	}
	found, _ := s.Traces(telemetry.TraceQuery{Failed: true})
	if len(found) != 1 || found[0].Service != "outermost" || found[0].Duration != 5*time.Millisecond || found[0].Hops != 2 {
		t.Fatalf("%+v", found)
	}
}

func shuffledBatch(t *testing.T, s telemetry.Store) {
	var batch telemetry.Batch
	for _, n := range []int{3, 1, 4, 2} {
		batch.Spans = append(batch.Spans, span(n, "one", time.Duration(n)*time.Millisecond, time.Millisecond, false))
	}
	write(t, s, batch)
	found, err := s.Traces(telemetry.TraceQuery{Limit: 2})
	if err != nil || len(found) != 2 || found[0].ID != traceID(4) || found[1].ID != traceID(3) {
		t.Fatalf("%+v, %v", found, err)
	}
}

// quiet writes a trace, its access record and some lines of a service that says little.
func quiet(t *testing.T, s telemetry.Store) {
	t.Helper()
	for n := range 5 {
		access := line(n, "quiet", signal.Info, traceID(n))
		access.Stream = telemetry.Access
		write(t, s, telemetry.Batch{
			Spans: []signal.Span{span(n, "quiet", time.Duration(n), 1, false)},
			Lines: []signal.Line{line(n, "quiet", signal.Info, traceID(n)), access},
		})
	}
}

func stillThere(t *testing.T, s telemetry.Store) {
	t.Helper()
	for n := range 5 {
		if spans, err := s.Trace(traceID(n).String()); err != nil || len(spans) != 1 {
			t.Errorf("trace %d: %v, %v", n, spans, err)
		}
	}
	if traces, err := s.Traces(telemetry.TraceQuery{}); err != nil || len(traces) != 5 {
		t.Errorf("%d traces, %v", len(traces), err)
	}
	for access, want := range map[bool]int{false: 5, true: 10} {
		lines, err := s.Lines(telemetry.LineQuery{Services: []string{"quiet"}, Access: access})
		if err != nil || len(lines) != want {
			t.Errorf("%d lines of the quiet one, want %d, %v", len(lines), want, err)
		}
	}
}

// noise is text that no compressor makes small: what is kept is bounded by bytes, and a store may compress.
type noise struct{ *rand.Rand }

func (n noise) text(size int) string {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte('!' + n.IntN(90))
	}
	return string(b)
}

// shout writes much more than is kept, in big batches and with the newest line last.
func shout(t *testing.T, s telemetry.Store, services ...string) {
	t.Helper()
	filler := noise{rand.New(rand.NewPCG(1, 2))}
	for round := range 100 {
		var batch telemetry.Batch
		for n := range 120 {
			for _, service := range services {
				l := line(round*120+n, service, signal.Info, trace.ID{})
				l.Text += "x" + filler.text(500)
				batch.Lines = append(batch.Lines, l)
			}
		}
		write(t, s, batch)
	}
}

func noisy(t *testing.T, s telemetry.Store) {
	quiet(t, s)
	shout(t, s, "noisy")
	stillThere(t, s)
	lines, err := s.Lines(telemetry.LineQuery{Services: []string{"noisy"}, Limit: 300})
	if err != nil || len(lines) != 300 || !strings.HasPrefix(lines[299].Text, "line 11999x") || !strings.HasPrefix(lines[0].Text, "line 11700x") {
		t.Fatalf("the noisy one's newest: %d lines, %v", len(lines), err)
	}
	if all, err := s.Lines(telemetry.LineQuery{Services: []string{"noisy"}, Limit: 12_000}); err != nil || len(all) == 12_000 {
		t.Fatalf("%d lines are kept, %v: the size bounds nothing", len(all), err)
	}
}

func severalNoisy(t *testing.T, s telemetry.Store) {
	quiet(t, s)
	shout(t, s, "loud", "louder")
	shout(t, s, "late")
	stillThere(t, s)
	for _, service := range []string{"loud", "louder", "late"} {
		if lines, err := s.Lines(telemetry.LineQuery{Services: []string{service}, Limit: 100}); err != nil || len(lines) != 100 {
			t.Errorf("%s has %d lines, %v: it has not its share", service, len(lines), err)
		}
	}
}

func nothing(t *testing.T, s telemetry.Store) {
	traces, err := s.Traces(telemetry.TraceQuery{})
	lines, err2 := s.Lines(telemetry.LineQuery{})
	if len(traces)+len(lines) != 0 || err != nil || err2 != nil {
		t.Fatalf("%v %v %v %v", traces, lines, err, err2)
	}
}
