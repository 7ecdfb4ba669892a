package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/trace"
)

const (
	services = 12
	// rare is a word that one line has.
	rare = "zebra9f3c"
	// rareAt is which line that is.
	rareAt = 1234
)

// maker makes rows, the same each time.
type maker struct {
	random  *rand.Rand
	at      time.Time
	written int
}

func (m *maker) id() (id trace.ID) {
	binary.LittleEndian.PutUint64(id[:], m.random.Uint64())
	binary.LittleEndian.PutUint64(id[8:], m.random.Uint64())
	return id
}

func (m *maker) spanID() (id trace.SpanID) {
	binary.LittleEndian.PutUint64(id[:], m.random.Uint64())
	return id
}

// spans makes traces of eight spans.
func (m *maker) spans(n int) []signal.Span {
	all := make([]signal.Span, n)
	var id trace.ID
	var parent trace.SpanID
	for i := range all {
		if i%8 == 0 {
			id, parent = m.id(), trace.SpanID{}
		}
		all[i] = m.span(id, parent)
		parent = all[i].ID
	}
	return all
}

func (m *maker) span(id trace.ID, parent trace.SpanID) signal.Span {
	r := m.random
	m.at = m.at.Add(time.Duration(r.IntN(100_000)))
	service, route := r.IntN(services), r.IntN(5)
	name := fmt.Sprintf("service-%d", service)
	return signal.Span{
		Trace: id, ID: m.spanID(), Parent: parent, Service: name, Instance: fmt.Sprintf("%s.%d", name, r.IntN(3)),
		Name: fmt.Sprintf("GET /api/v1/thing%d/{id}", route), Kind: []signal.Kind{signal.Server, signal.Client}[r.IntN(2)],
		Start: m.at, Duration: time.Duration(r.ExpFloat64() * 5e6), Failed: r.IntN(50) == 0,
		Attributes: signal.Attributes{
			{Name: "http.request.method", Value: "GET"},
			{Name: "http.response.status_code", Value: []string{"200", "200", "200", "404", "500"}[r.IntN(5)]},
			{Name: "http.route", Value: fmt.Sprintf("/api/v1/thing%d/{id}", route)},
			{Name: "network.protocol.name", Value: "http"},
			{Name: "network.protocol.version", Value: "1.1"},
			{Name: "server.address", Value: fmt.Sprintf("service-%d", r.IntN(services))},
			{Name: "service.instance.id", Value: fmt.Sprintf("%s.%d", name, r.IntN(3))},
			// High cardinality:
			{Name: "url.path", Value: fmt.Sprintf("/api/v1/thing%d/%d", route, r.IntN(1_000_000))},
			{Name: "enduser.id", Value: fmt.Sprintf("user-%d", r.IntN(500_000))},
			{Name: "request.id", Value: fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())},
			{Name: "http.response.body.size", Value: strconv.Itoa(r.IntN(20_000))},
			{Name: "client.address", Value: fmt.Sprintf("10.%d.%d.%d", r.IntN(4), r.IntN(256), r.IntN(256))},
		},
	}
}

func (m *maker) lines(n int) []signal.Line {
	all := make([]signal.Line, n)
	for i := range all {
		all[i] = m.line()
	}
	return all
}

func (m *maker) line() signal.Line {
	r := m.random
	m.at = m.at.Add(time.Duration(r.IntN(100_000)))
	service := fmt.Sprintf("service-%d", r.IntN(services))
	l := signal.Line{
		At: m.at, Service: service, Instance: fmt.Sprintf("%s.%d", service, r.IntN(3)), Stream: "stdout", Level: signal.Info, Trace: m.id(),
	}
	switch r.IntN(10) {
	case 0:
		l.Level, l.Stream = signal.Error, "stderr"
		l.Text = fmt.Sprintf("ERROR payment %d declined by bank %d after %dms", r.IntN(1_000_000), r.IntN(20), r.IntN(900))
	case 1, 2, 3:
		l.Text = fmt.Sprintf(`level=info msg="order placed" order=%d user=user-%d total=%d.%02d`, r.IntN(1_000_000), r.IntN(500_000), r.IntN(900), r.IntN(100))
	default:
		l.Text = fmt.Sprintf("GET /api/v1/thing%d/%d 200 %dus session %08x", r.IntN(5), r.IntN(1_000_000), r.IntN(90_000), r.Uint32())
	}
	if m.written++; m.written == rareAt {
		l.Text += " " + rare
	}
	l.Message = l.Text
	return l
}
