package node

import (
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/telemetry/store"
)

// unsealedShare is how much of the memory of telemetry one of the four buffers of the store has: rows that are in no block yet and
// the columns that are made of them, twice each at most.
const unsealedShare = 32

// keeping bounds what is kept as an application says. What was applied before the file had such a noun has the defaults.
func (s *sight) keeping(t graph.Telemetry) {
	if s.limit == nil {
		return
	}
	if t.Memory == 0 {
		usual := graph.Keep{For: graph.DefaultKeepFor, Size: graph.DefaultKeepSize}
		t = graph.Telemetry{Memory: graph.DefaultTelemetryMemory, Spans: usual, Lines: usual}
	}
	s.limit(store.Limits{
		Requests: store.Bound{Size: t.Spans.Size, Age: t.Spans.For}, Lines: store.Bound{Size: t.Lines.Size, Age: t.Lines.For},
		Unsealed: t.Memory / unsealedShare,
	})
}
