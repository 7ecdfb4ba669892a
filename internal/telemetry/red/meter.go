package red

import (
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
)

const (
	// manySeries bounds the series of each metric: a scanner's requests must not fill the memory. 2000 take about a megabyte.
	manySeries = 2000
	// manyEdges bounds the edges of which rates are known.
	manyEdges = 512
)

// Meter measures. The zero Meter does not work: New makes one.
type Meter struct {
	served table[servedKey, histogram]
	called table[calledKey, histogram]
	edges  table[edge, window]
}

// servedKey is a series of http_server_request_duration_seconds.
type servedKey struct {
	route, method, protocol string
	status                  int
	failed                  bool
}

// calledKey is a series of http_client_request_duration_seconds.
type calledKey struct {
	edge
	method, protocol string
	status, grpc     int
	failed           bool
}

type edge struct{ caller, callee string }

// New returns a meter that has measured nothing.
func New() *Meter {
	m := &Meter{}
	m.served.bound, m.called.bound, m.edges.bound = manySeries, manySeries, manyEdges
	return m
}

// Observe counts an exchange. What the gateway served counts for its route; what went to a service counts for the edge as well.
func (m *Meter) Observe(x signal.Exchange) {
	failed, method := telemetry.Failed(&x), methodOf(x.Method)
	if x.Caller == telemetry.Gateway {
		key := servedKey{x.Route, method, x.Protocol, x.Status, failed}
		if h := m.served.of(key, newHistogram); h != nil {
			h.observe(x.Times.Total, failed)
		}
	}
	if x.Callee == "" {
		return
	}
	along := edge{x.Caller, x.Callee}
	if h := m.called.of(calledKey{along, method, x.Protocol, x.Status, x.GRPCStatus, failed}, newHistogram); h != nil {
		h.observe(x.Times.Total, failed)
	}
	if w := m.edges.of(along, newWindow); w != nil {
		w.observe(x.Start.Add(x.Times.Total), x.Times.Total, failed)
	}
}

func newHistogram() *histogram { return &histogram{} }

// methodOf bounds the methods: others than those of RFC 9110 and PATCH (RFC 5789) are `_OTHER`, as the conventions ask.
func methodOf(method string) string {
	const known = " GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH "
	if i := strings.Index(known, method); i > 0 && method != "" && known[i-1] == ' ' && known[i+len(method)] == ' ' {
		return known[i : i+len(method)]
	}
	return "_OTHER"
}

// Dropped counts exchanges that found no series because there are too many.
func (m *Meter) Dropped() uint64 {
	return m.served.refused.Load() + m.called.refused.Load() + m.edges.refused.Load()
}

// Window is a span of time that Rates can look at: at most a minute.
const Window = time.Minute
