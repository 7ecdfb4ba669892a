package spec

import (
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var telemetryNoun = noun{
	name: "telemetry", says: "telemetry",
	foreign: map[string]string{
		"retention": "keep", "storage": "keep", "traces": "spans are kept, not traces: keep: {spans: {for: 24h}}", "logs": "keep: {lines: {for: 24h}}",
		"budget": "memory", "cache": "memory",
	},
	keys: []key{
		{name: "memory", doc: "What caches and what is built before it is written may take of memory.", shape: &budget, standard: sizeText(graph.DefaultTelemetryMemory), example: "128MiB"},
		{name: "keep", doc: "How much is kept of each kind; the oldest goes first.", shape: &shape{says: "a map", noun: &keepNoun}, example: "{spans: {for: 7d, size: 1GiB}}"},
	},
}

// telemetryKey is one of the application and of its overlays.
var telemetryKey = key{
	name: "telemetry", doc: "What is kept of what is seen.", shape: &shape{says: "a map", noun: &telemetryNoun}, example: "{keep: {spans: {for: 7d}}}",
}

var keepNoun = noun{
	name: "keep", says: "keep",
	foreign: map[string]string{"traces": "spans", "logs": "lines", "series": "metrics", "samples": "metrics"},
	keys: []key{
		{name: "spans", doc: "The spans of traces.", shape: keepsOf(&keptSpans), example: "{for: 7d, size: 1GiB}"},
		{name: "lines", doc: "What services write, and the records of requests.", shape: keepsOf(&keptLines), example: "{for: 7d, size: 1GiB}"},
		{name: "metrics", doc: "The samples of series; no metrics are kept yet.", shape: keepsOf(&keptMetrics), example: "{for: 30d, size: 1GiB}"},
	},
}

var (
	keptSpans   = noun{name: "kept-spans", says: "what is kept of spans", foreign: keepSlips, keys: keptKeys(graph.DefaultKeepFor, graph.DefaultKeepSize)}
	keptLines   = noun{name: "kept-lines", says: "what is kept of lines", foreign: keepSlips, keys: keptKeys(graph.DefaultKeepFor, graph.DefaultKeepSize)}
	keptMetrics = noun{name: "kept-metrics", says: "what is kept of metrics", foreign: keepSlips, keys: keptKeys(graph.DefaultKeepMetricsFor, graph.DefaultKeepMetricsSize)}

	keepSlips = map[string]string{"age": "for", "time": "for", "retention": "for", "max": "size", "bytes": "size"}
)

func keepsOf(n *noun) *shape { return &shape{says: "a map", noun: n} }

// keptKeys are those of what is kept of one kind, with its own defaults.
func keptKeys(standard time.Duration, size int64) []key {
	return []key{
		{name: "for", doc: "How long it is kept.", shape: &instant, standard: unit.Duration(standard), example: "7d"},
		{name: "size", doc: "How many bytes of files it may take.", shape: &room, standard: sizeText(size), example: "1GiB"},
	}
}

const (
	sizePattern = `^[0-9]+(\.[0-9]+)? ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$`
	// leastBudget and leastRoom are what the parts can work with.
	leastBudget = 16 << 20
	leastRoom   = 1 << 20
)

var (
	budget = shape{says: "a size such as 128MiB", forms: []form{text, whole}, parse: atLeast(leastBudget), kind: "string", pattern: sizePattern}
	room   = shape{says: "a size such as 64MiB", forms: []form{text, whole}, parse: atLeast(leastRoom), kind: "string", pattern: sizePattern}
)

// byteSize is a size as the file has it; it is shown as a size.
type byteSize int64

func (b byteSize) String() string { return sizeText(int64(b)) }

// sizeText writes a size exactly, in the largest unit that divides it.
func sizeText(n int64) string {
	for _, u := range []struct {
		bytes int64
		name  string
	}{{1 << 40, "TiB"}, {1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}} {
		if n > 0 && n%u.bytes == 0 {
			return fmt.Sprintf("%d%s", n/u.bytes, u.name)
		}
	}
	return fmt.Sprintf("%dB", n)
}

// atLeast reads a size that is not less than one.
func atLeast(least int64) func(string) (any, error) {
	return func(text string) (any, error) {
		n, err := unit.ParseSize(text)
		switch {
		case err != nil:
			return nil, wrongly(fmt.Sprintf("%q is no size", text), "a size has a unit: 512KiB, 64MiB or 2GB")
		case n < least:
			return nil, wrongly(fmt.Sprintf("%s is too little", text), "write "+sizeText(least)+" or more")
		}
		return byteSize(n), nil
	}
}

func (s scope) size(name string) int64 { v, _ := valueOf[byteSize](s, name); return int64(v) }

func (s scope) telemetry() graph.Telemetry {
	t := graph.Telemetry{At: s.at.position()}
	memory, at := valueOf[byteSize](s, "memory")
	t.Memory, t.MemoryAt = int64(memory), at.position()
	keep, _ := s.table("keep")
	t.Spans, t.Lines, t.Metrics = keep.kept("spans"), keep.kept("lines"), keep.kept("metrics")
	return t
}

func (s scope) kept(name string) graph.Keep {
	in, _ := s.table(name)
	return graph.Keep{For: in.duration("for"), Size: in.size("size"), At: in.at.position()}
}
