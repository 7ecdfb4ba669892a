// Command telemetry measures the store of spans and lines: CPU for each row from the interface to the disk, bytes on the disk, memory, and
// how long questions take. Rows have random ids; a span has 12 attributes, five of them of high cardinality.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"time"

	"github.com/banyan-run/banyan/bench/measure"
	"github.com/banyan-run/banyan/internal/telemetry"
	"github.com/banyan-run/banyan/internal/telemetry/store"
	"github.com/banyan-run/banyan/internal/trace"
)

// batch is how many rows are written at once: what a recorder gathers in 20 ms at 25,000 a second.
const batch = 500

func main() {
	spans, lines := flag.Int("spans", 1_000_000, "spans to write"), flag.Int("lines", 1_000_000, "lines to write")
	flag.Parse()
	if runtime.GOOS != "linux" {
		fmt.Println("this bench reads /proc, so it runs on Linux only")
		os.Exit(1)
	}
	if err := run(context.Background(), *spans, *lines); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, spans, lines int) error {
	fmt.Printf("calibration: %.2f ns for a step of a hash\n\n", calibrate())
	folder, err := os.MkdirTemp("", "banyan-telemetry-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	options := store.Options{Size: 64 << 30, Unsealed: 4 << 20} // all is kept, and sealed as often as with the usual size
	s, err := store.Open(ctx, folder, options)
	if err != nil {
		return err
	}
	m := maker{random: rand.New(rand.NewPCG(1, 2)), at: time.Now().Add(-time.Hour)}
	ids, err := fill(s, &m, spans, lines)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	if err := ask(s, ids); err != nil {
		return errors.Join(err, s.Close())
	}
	if err := s.Close(); err != nil {
		return err
	}
	start := time.Now()
	if s, err = store.Open(ctx, folder, options); err != nil {
		return err
	}
	opened := time.Since(start)
	debug.FreeOSMemory()
	fmt.Printf("%-44s %8.1f ms\n%-44s %8.1f MB\n", "opening it again", ms(opened), "anonymous memory then, this program's included", megabytes())
	return s.Close()
}

// fill writes spans, then lines, and says what each cost. It returns the ids of some traces.
func fill(s *store.Disk, m *maker, spans, lines int) (ids []trace.ID, err error) {
	cost := func(what string, rows int, make func() telemetry.Batch) error {
		if rows == 0 {
			return nil
		}
		before, made, taken, peak := s.Bytes(), time.Duration(0), time.Duration(0), 0.0
		for n := 0; n < rows; n += batch {
			t := measure.CPU(os.Getpid())
			b := make()
			u := measure.CPU(os.Getpid())
			made += u - t
			if err := s.Write(b); err != nil {
				return err
			}
			if taken += measure.CPU(os.Getpid()) - u; n%(100*batch) == 0 {
				peak = max(peak, megabytes())
			}
		}
		fmt.Printf("%-44s %8.2f µs\n", "CPU for each "+what+", from Write to the disk", float64(taken.Nanoseconds())/1e3/float64(rows))
		fmt.Printf("%-44s %8.1f\n", "bytes for each "+what+" on the disk", float64(s.Bytes()-before)/float64(rows))
		fmt.Printf("%-44s %8.1f MB\n", "anonymous memory meanwhile, at most", peak)
		return nil
	}
	err = cost("span", spans, func() telemetry.Batch {
		b := m.spans(batch)
		if m.random.IntN(20) == 0 {
			ids = append(ids, b[0].Trace)
		}
		return telemetry.Batch{Spans: b}
	})
	if err != nil {
		return nil, err
	}
	return ids, cost("line", lines, func() telemetry.Batch { return telemetry.Batch{Lines: m.lines(batch)} })
}

// ask puts each question several times and says how long the answers took.
func ask(s *store.Disk, ids []trace.ID) error {
	next := 0
	questions := []struct {
		what  string
		times int
		put   func() (int, error)
	}{
		{"a trace by its id", 200, func() (int, error) {
			next++
			spans, err := s.Trace(ids[next%len(ids)].String())
			return len(spans), err
		}},
		{"a trace that is not kept", 50, func() (int, error) {
			if _, err := s.Trace("ffffffffffffffffffffffffffffffff"); !errors.Is(err, telemetry.ErrNoTrace) {
				return 0, fmt.Errorf("the store has the id of nobody: %w", err)
			}
			return 0, nil
		}},
		{"the newest 50 traces", 20, func() (int, error) { return count(s.Traces(telemetry.TraceQuery{})) }},
		{"the newest 50 that took over 40 ms", 10, func() (int, error) { return count(s.Traces(telemetry.TraceQuery{Slower: 40 * time.Millisecond})) }},
		{"the newest 200 lines", 20, func() (int, error) { return count(s.Lines(telemetry.LineQuery{})) }},
		{"the newest 200 errors of a service", 20, func() (int, error) {
			return count(s.Lines(telemetry.LineQuery{Services: []string{"service-3"}, Level: 5}))
		}},
		{"lines with a word that one has", 20, func() (int, error) { return count(s.Lines(telemetry.LineQuery{Words: rare})) }},
		{"the newest 200 with a frequent word", 20, func() (int, error) { return count(s.Lines(telemetry.LineQuery{Words: "user"})) }},
		{"lines with two words that never meet", 5, func() (int, error) { return count(s.Lines(telemetry.LineQuery{Words: "order declined"})) }},
	}
	if len(ids) == 0 {
		questions = questions[1:]
	}
	fmt.Println()
	for _, q := range questions {
		var took []time.Duration
		found := 0
		for range q.times {
			start := time.Now()
			n, err := q.put()
			if err != nil {
				return fmt.Errorf("asking for %s: %w", q.what, err)
			}
			found = n
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		fmt.Printf("%-44s %8.2f ms, p99 %.2f ms, %d found\n", q.what, ms(took[len(took)/2]), ms(took[len(took)*99/100]), found)
	}
	fmt.Println()
	return nil
}

func count[T any](found []T, err error) (int, error) { return len(found), err }

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

func megabytes() float64 { return float64(measure.Anonymous(os.Getpid())) / 1e6 }

// calibrate tells how fast this machine is, to read the other figures by.
func calibrate() float64 {
	const steps = 200_000_000
	h, start := uint64(1), time.Now()
	for i := range uint64(steps) {
		h = (h ^ i) * 1099511628211
	}
	took := time.Since(start)
	if h == 0 {
		fmt.Println("a hash of zero")
	}
	return float64(took.Nanoseconds()) / steps
}
