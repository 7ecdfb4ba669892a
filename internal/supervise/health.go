package supervise

import (
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

// health turns the verdicts of probes into states. It has no clock and no I/O.
type health struct {
	rule graph.Health
	// started is when the process was; steadySince when it became ready, zero while it is not.
	started     time.Time
	readySince  time.Time
	ever, ready bool
	// late says that it was told as not ready within its time.
	late     bool
	failures int
	probes   int
	// held says that a debugger may stop the process at any time: no silence of it counts, and once it was ready it is not probed.
	held bool
}

// change is what a verdict changed.
type change int

const (
	nothing change = iota
	becameReady
	becameUnready
	becameLate
)

func (h *health) begin(started time.Time) { *h = health{rule: h.rule, started: started, held: h.held} }

// settled tells whether nothing is to be found out by another probe.
func (h *health) settled() bool { return h.held && h.ready }

// resume begins with what was known before.
func (h *health) resume(started, since time.Time, state State) {
	h.begin(started)
	h.ready, h.ever = state == Ready, state == Ready || state == Unready
	if h.ready {
		h.readySince = since
	}
}

func (h *health) note(err error, now time.Time) change {
	h.probes++
	if err == nil {
		h.failures = 0
		if h.ready {
			return nothing
		}
		h.ready, h.ever, h.readySince = true, true, now
		return becameReady
	}
	h.failures++
	if h.held {
		h.late = !h.ever && now.Sub(h.started) >= h.rule.Within // it is asked less often then
		return nothing
	}
	switch {
	case h.ready && h.failures >= h.rule.Threshold:
		h.ready = false
		return becameUnready
	case !h.ever && !h.late && now.Sub(h.started) >= h.rule.Within:
		h.late = true
		return becameLate
	}
	return nothing
}

// noteFar is note for what Banyan did not start: the first verdict counts at once, for nothing is on its way.
func (h *health) noteFar(err error, now time.Time) change {
	if err != nil && !h.ever {
		h.ever = true
		return becameUnready
	}
	return h.note(err, now)
}

// readyFor is how long it was ready before it ended at an instant.
func (h *health) readyFor(end time.Time) time.Duration {
	if !h.ready {
		return 0
	}
	return end.Sub(h.readySince)
}

const (
	eager    = 10 * time.Millisecond
	eagerMax = 250 * time.Millisecond
)

// pause lies between the starts of two probes. An instance that is still to become ready is asked often. One that is ready is asked
// so often that the last of threshold probes, its timeout included, is over within interval times threshold of the failure.
func (h *health) pause() time.Duration {
	if h.ever || h.late {
		return h.rule.Interval - h.timeout()/time.Duration(max(1, h.rule.Threshold))
	}
	pause := eager
	for i := 0; i < h.probes && pause < eagerMax; i++ {
		pause += pause / 2
	}
	return min(pause, eagerMax, h.rule.Interval)
}

// timeout bounds one probe. It is shortened where probes would overlap: see pause.
func (h *health) timeout() time.Duration {
	probes := max(1, h.rule.Threshold)
	return min(h.rule.Timeout, h.rule.Interval-h.rule.Interval/time.Duration(probes+1))
}
