package graph

import (
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Telemetry says how much of what is seen is kept. One that was read from a file has no zero values.
type Telemetry struct {
	At diag.Position
	// Memory bounds caches and what is built before it is written, in bytes.
	Memory   int64
	MemoryAt diag.Position
	// Spans, Lines and Metrics are kept each for itself: none pushes another out.
	Spans, Lines, Metrics Keep
}

// Keep bounds what is kept of one kind.
type Keep struct {
	// For is how long, Size how many bytes of files.
	For  time.Duration
	Size int64
	At   diag.Position
}
