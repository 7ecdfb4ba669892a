package reconcile

import (
	"strconv"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

// telemetrySubject is what a change of what is kept is a change of.
const telemetrySubject = "telemetry"

// compareTelemetry compares how much of what is seen is kept. What was applied by a Banyan before there was such a noun has none of
// it, and is no change.
func compareTelemetry(old, next graph.Telemetry) []Change {
	if old.Memory == 0 {
		return nil
	}
	return differences(telemetrySubject, "", telemetryFacts(old), telemetryFacts(next), next.At)
}

func telemetryFacts(t graph.Telemetry) []fact {
	all := []fact{sizeFact("memory", t.Memory, t.MemoryAt)}
	for name, k := range map[string]graph.Keep{"spans": t.Spans, "lines": t.Lines, "metrics": t.Metrics} {
		all = append(all, fact{key: "keep." + name + ".for", value: exact(k.For), at: k.At, then: Swap}, sizeFact("keep."+name+".size", k.Size, k.At))
	}
	return finish(all, t.At)
}

func sizeFact(key string, bytes int64, at diag.Position) fact {
	return fact{key: key, value: strconv.FormatInt(bytes, 10), shown: unit.Size(bytes), at: at, then: Swap}
}
