package telemetry_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/store"
	"github.com/banyan-run/banyan/internal/trace"
)

// piece is how much the keeper hands on at once, and where it cuts: anywhere.
const piece = 8 << 10

// pour writes text in pieces, all at one instant.
func (b bench) pour(instance, text string, at time.Time) {
	service, _, _ := strings.Cut(instance, ".")
	for len(text) > 0 {
		n := min(piece, len(text))
		b.Output(service, instance, "stdout", []byte(text[:n]), at)
		text = text[n:]
	}
}

// flood is numbered lines of about so many bytes in all.
func flood(from, bytes int) (text string, next int) {
	var s strings.Builder
	for s.Len() < bytes {
		fmt.Fprintf(&s, "flood %08d %s\n", from, strings.Repeat("y", 80))
		from++
	}
	return s.String(), from
}

func TestOfAFloodWholeLinesAreKeptAndTheNewest(t *testing.T) {
	synctest.Test(t, wholeLines) // all of it at one instant
}

func wholeLines(t *testing.T) {
	b, at := begin(t), time.Now()
	text, next := flood(0, 40<<20)
	b.pour("loud.1", text, at)
	b.Output("quiet", "quiet.1", "stdout", []byte("still here\n"), at)
	b.Output("loud", "loud.1", "stdout", []byte("panic: the end"), at)
	b.Ended("loud.1")
	if got := b.lines(t, telemetry.LineQuery{Services: []string{"quiet"}}); len(got) != 1 {
		t.Fatalf("the quiet one: %q", got)
	}
	got := b.lines(t, telemetry.LineQuery{Services: []string{"loud"}, Limit: 1 << 20})
	if got[len(got)-1] != "panic: the end" || !strings.HasPrefix(got[len(got)-2], fmt.Sprintf("flood %08d ", next-1)) {
		t.Fatalf("the last are %.40q", got[len(got)-2:])
	}
	for _, line := range got[:len(got)-1] {
		if !strings.HasPrefix(line, "flood ") || len(line) != len("flood 00000000 ")+80 {
			t.Fatalf("a line that nobody wrote: %q", line)
		}
	}
	if lost := b.Losses().Lines; lost < uint64(next/2) || lost > uint64(next) {
		t.Fatalf("%d lines of %d are counted as lost", lost, next)
	}
}

func TestWhatAFloodPassesIsBounded(t *testing.T) {
	rows := []struct {
		sentence string
		text     string
		most     int // bytes and lines that may pass, in lines
	}{
		{"long lines", strings.Repeat(strings.Repeat("y", 1000)+"\n", 30_000), 4 << 20 / 1000},
		{"lines of nothing", strings.Repeat("\n", 10<<20), 4 << 20 / 160},
		{"one line without an end", strings.Repeat("y", 20<<20), 1},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // all of it at one instant
				s, notes := store.NewMemory(100_000), &notebook{}
				r := telemetry.NewRecorder(t.Context(), telemetry.Means{Store: s, Redact: &redact.Set{}, Journal: notes})
				bench{Recorder: r}.pour("loud.1", row.text, time.Now())
				if err := r.Close(); err != nil {
					t.Fatal(err)
				}
				got, err := s.Lines(telemetry.LineQuery{Limit: 1 << 20})
				const held = 256 << 10 / 160
				if err != nil || len(got) == 0 || len(got) > row.most+held {
					t.Fatalf("%d lines passed, %v", len(got), err)
				}
				if texts := notes.texts(); len(texts) != 1 || !strings.HasPrefix(texts[0], "loud.1 wrote ") {
					t.Fatalf("%q", texts)
				}
			})
		})
	}
}

func TestWhatWasDroppedIsSaidAsASum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t)
		from := time.Now()
		for time.Since(from) < 75*time.Second {
			b.Output("loud", "loud.1", "stdout", []byte("one of many\n"), time.Now())
			b.Missed("loud", "loud.1", "stdout", 14<<20)
			b.Output("quiet", "quiet.1", "stdout", []byte("line\n"), time.Now())
			time.Sleep(100 * time.Millisecond)
		}
		texts := b.notes.texts()
		if len(texts) != 3 {
			t.Fatalf("%q", texts)
		}
		for i, said := range []string{"1.4 GiB more than is kept in the last 10s", "2.7 GiB more than is kept in the last 20s", "5.5 GiB more than is kept in the last 40s"} {
			if texts[i] != "loud.1 wrote "+said {
				t.Errorf("%q, want %q", texts[i], said)
			}
		}
		time.Sleep(time.Hour)
		b.Missed("loud", "loud.1", "stdout", 3)
		time.Sleep(11 * time.Second)
		texts = b.notes.texts()
		if last := texts[len(texts)-1]; len(texts) != 5 || last != "loud.1 wrote 3 B more than is kept in the last 10s" {
			t.Fatalf("%q", texts)
		}
	})
}

func TestAfterAFloodTheNewestPassesByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := begin(t)
		text, next := flood(0, 20<<20)
		b.pour("loud.1", text, time.Now())
		time.Sleep(3 * time.Second)
		found, err := b.store.Lines(telemetry.LineQuery{Limit: 1})
		if err != nil || len(found) != 1 || !strings.HasPrefix(found[0].Text, fmt.Sprintf("flood %08d ", next-1)) {
			t.Fatalf("%+v, %v", found, err)
		}
	})
}

func TestWhatWasMissedJoinsNoLines(t *testing.T) {
	b, at := begin(t), time.Unix(1000, 0)
	b.Output("loud", "loud.1", "stdout", []byte("whole\nthe beginning of"), at)
	b.Missed("loud", "loud.1", "stdout", 1000)
	b.Output("loud", "loud.1", "stdout", []byte("the end of another\nwhole again\n"), at)
	b.Output("loud", "loud.1", "stderr", []byte("apart\n"), at)
	if got := b.lines(t, telemetry.LineQuery{}); strings.Join(got, "|") != "whole|whole again|apart" {
		t.Fatalf("%q", got)
	}
}

func TestAFloodHoldsNoTraceUp(t *testing.T) {
	b, at := begin(t), time.Unix(1000, 0)
	ids := make([]trace.Context, 50)
	text, _ := flood(0, 1<<20)
	for i := range ids {
		ids[i] = trace.New()
		b.Exchange(exchange(ids[i], telemetry.Gateway, "orders", 0, time.Millisecond))
		b.pour("loud.1", text, at)
	}
	if err := b.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range ids {
		if spans, err := b.store.Trace(c.Trace.String()); err != nil || len(spans) != 2 || spans[0].Kind != signal.Server {
			t.Fatalf("%+v, %v", spans, err)
		}
	}
}
