package store

import (
	"cmp"
	"slices"

	"github.com/banyan-run/banyan/internal/signal"
	"github.com/banyan-run/banyan/internal/telemetry"
)

const (
	// spanRing and accessRing are the rings of what requests leave. What a service writes is in a ring that has its name, which has no space.
	spanRing   = " spans"
	accessRing = " access"
)

func ofRequests(ring string) bool { return ring == spanRing || ring == accessRing }

// pending is what a ring has that is in no block yet: the rows as the log has them. It only grows, so that whoever has a copy of the
// struct may read it while more is appended.
type pending struct {
	rows   []byte
	starts []uint32
}

func (p *pending) add(row []byte) {
	p.starts = append(p.starts, uint32(len(p.rows)))
	p.rows = append(p.rows, row...)
}

func (p *pending) row(i int) []byte {
	if i+1 < len(p.starts) {
		return p.rows[p.starts[i]:p.starts[i+1]]
	}
	return p.rows[p.starts[i]:]
}

// cost is what a pending ring takes in memory, in bytes.
func (p *pending) cost() int64 { return int64(len(p.rows) + 4*len(p.starts)) }

// ringOf is the ring of a line.
func ringOf(l *signal.Line) string {
	switch {
	case l.Stream == telemetry.Access:
		return accessRing
	case ofRequests(l.Service):
		return l.Service + " " // no service has such a name, and a row of it must not meet those of requests
	}
	return l.Service
}

// ringOfRow is the ring that a row belongs to.
func ringOfRow(row []byte) string {
	if row[0] == spanRecord {
		return spanRing
	}
	r := reader{rest: row}
	r.take(lineInstant + 8)
	service := r.text()
	r.take(r.uvarint())
	return ringOf(&signal.Line{Service: service, Stream: r.text()})
}

// divide tells which rings become blocks: those that have most, until what is left is a quarter of the bound at most. A service that
// writes little stays in the log with its few rows, for a block of few rows costs more than they do.
func divide(rings map[string]*pending, bound int64) (whole []string, carried map[string]*pending) {
	carried = make(map[string]*pending, len(rings))
	names, left := make([]string, 0, len(rings)), int64(0)
	for name, p := range rings {
		names, left = append(names, name), left+p.cost()
		carried[name] = p
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(rings[b].cost(), rings[a].cost()), cmp.Compare(a, b))
	})
	for _, name := range names {
		if left <= bound/4 && len(rings[name].starts) < blockRows/4 {
			break
		}
		left -= rings[name].cost()
		whole = append(whole, name)
		delete(carried, name)
	}
	return whole, carried
}
