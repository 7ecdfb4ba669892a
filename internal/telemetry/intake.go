package telemetry

import (
	"time"

	"github.com/banyan-run/banyan/internal/signal"
)

// intake takes what instances write and makes lines of it: of each service as much as its allowance admits. The rest costs a
// copy and no more; its newest is held, its older part is dropped and counted. The recorder's lock guards it.
type intake struct {
	joiner   joiner
	lines    []signal.Line
	services map[string]*allowance
	held     map[stream]*held
	excess   excess
	// lost counts lines that were dropped whole or in part.
	lost uint64
}

func newIntake() intake {
	return intake{joiner: joiner{}, services: map[string]*allowance{}, held: map[stream]*held{}, excess: excess{}}
}

// add takes the next output of a stream.
func (in *intake) add(s stream, chunk []byte, at, now time.Time) {
	h := in.held[s]
	if h == nil {
		if in.allowance(s.service).admits(cost(chunk), now) {
			in.lines = in.joiner.add(s, chunk, at, in.lines)
			return
		}
		h = &held{}
		in.held[s] = h
	}
	in.drop(s, h.hold(chunk, at), now)
	in.release(s, h, now)
}

// missed notes that output of a stream was lost before it came here.
func (in *intake) missed(s stream, bytes int64, now time.Time) {
	h := in.held[s]
	if h == nil {
		h = &held{}
		in.held[s] = h
	}
	gone := h.tear()
	gone.bytes += int(bytes)
	in.drop(s, gone, now)
}

// drop counts what was dropped of a stream; the line that it is torn out of is dropped with it.
func (in *intake) drop(s stream, gone dropping, now time.Time) {
	if gone.bytes == 0 {
		return
	}
	var begun int
	in.lines, begun = in.joiner.tear(s, in.lines)
	gone.bytes += begun
	in.lost += uint64(max(gone.lines, 1))
	in.excess.add(s.instance, uint64(gone.bytes), now)
}

// release passes what is held when it is admitted.
func (in *intake) release(s stream, h *held, now time.Time) {
	in.drop(s, h.align(), now)
	if h.torn || !in.allowance(s.service).admits(h.cost, now) {
		return
	}
	delete(in.held, s)
	in.lines = in.joiner.add(s, h.data, h.at, in.lines)
}

// take returns the lines that wait, with those that began before the given instant and have no end yet.
func (in *intake) take(stale, now time.Time) []signal.Line {
	for s, h := range in.held {
		if len(h.data) > 0 {
			in.release(s, h, now)
		}
	}
	lines := in.joiner.stale(stale, in.held, in.lines)
	in.lines = nil
	for _, a := range in.services {
		a.waiting = 0
	}
	return lines
}

// rest returns all that is left.
func (in *intake) rest(now time.Time) []signal.Line {
	for s, h := range in.held {
		in.pass(s, h, now)
	}
	return in.take(now.Add(24*time.Hour), now)
}

// end takes what an instance left: what is held says why it ended.
func (in *intake) end(instance string, now time.Time) {
	for s, h := range in.held {
		if s.instance == instance {
			in.pass(s, h, now)
		}
	}
	in.lines = in.joiner.end(instance, in.lines)
}

// pass passes what is held, whether it is admitted or not.
func (in *intake) pass(s stream, h *held, now time.Time) {
	in.drop(s, h.align(), now)
	in.allowance(s.service).take(h.cost)
	in.lines = in.joiner.add(s, h.data, h.at, in.lines)
	delete(in.held, s)
}

// waiting tells whether something will be a line though nothing more is written.
func (in *intake) waiting() bool {
	for _, h := range in.held {
		if len(h.data) > 0 {
			return true
		}
	}
	return in.joiner.waiting()
}

func (in *intake) allowance(service string) *allowance {
	a := in.services[service]
	if a == nil {
		a = &allowance{left: burst}
		in.services[service] = a
	}
	return a
}
