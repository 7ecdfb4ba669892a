package telemetry

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/unit"
)

const (
	// saidAfter is how long what an instance wrote in excess is summed up before it is said. Each time that it goes on it is twice
	// as long, up to saidAtLast: an instance that never ends writing must not fill the journal either.
	saidAfter  = 10 * time.Second
	saidAtLast = 10 * time.Minute
)

// excess is what was dropped and not said yet, by instance. The recorder's lock guards it.
type excess map[string]*sum

type sum struct {
	bytes uint64
	// since is when the first of them was dropped, else when the last were said.
	since time.Time
	after time.Duration
}

func (e excess) add(instance string, bytes uint64, now time.Time) {
	s := e[instance]
	if s == nil {
		s = &sum{after: saidAfter}
		e[instance] = s
	}
	if s.bytes == 0 {
		s.since = now
	}
	s.bytes += bytes
}

// next is how long it is until something is due; 0 when nothing will be.
func (e excess) next(now time.Time) (wait time.Duration) {
	for _, s := range e {
		left := max(s.since.Add(s.after).Sub(now), time.Millisecond)
		if wait == 0 || left < wait {
			wait = left
		}
	}
	return wait
}

// due returns what is to be said now.
func (e excess) due(now time.Time) (all []journal.Entry) {
	for _, instance := range slices.Sorted(maps.Keys(e)) {
		s := e[instance]
		if now.Sub(s.since) < s.after {
			continue
		}
		if s.bytes == 0 { // it has kept quiet for as long
			delete(e, instance)
			continue
		}
		all = append(all, s.entry(instance, now))
		*s = sum{since: now, after: min(2*s.after, saidAtLast)}
	}
	return all
}

// rest returns all that was not said.
func (e excess) rest(now time.Time) (all []journal.Entry) {
	for _, instance := range slices.Sorted(maps.Keys(e)) {
		if s := e[instance]; s.bytes > 0 {
			all = append(all, s.entry(instance, now))
		}
	}
	clear(e)
	return all
}

func (s *sum) entry(instance string, now time.Time) journal.Entry {
	over := max(now.Sub(s.since).Round(time.Second), time.Second)
	return journal.Entry{
		At: now, Kind: journal.Notice, Subject: instance,
		Text: fmt.Sprintf("%s wrote %s more than is kept in the last %s", instance, unit.Size(int64(s.bytes)), over),
		Why: fmt.Sprintf("a service may write %s at once and %s a second, %d bytes for each line among them; its newest lines are kept",
			unit.Size(burst), unit.Size(sustained), perLine),
	}
}
