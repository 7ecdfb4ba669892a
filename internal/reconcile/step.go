package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/rollout"
	"github.com/banyan-run/banyan/internal/supervise"
)

// expect tells callers what they may wait for, before anything is started or stopped for it: calls are held for what is
// coming, and refused at once for what is not.
func (l *loop) expect() {
	for _, k := range l.order {
		next := expectation{k.count(), k.absent()}
		switch {
		case l.down != nil:
			next = expectation{why: allStops}
		case k.away != "" && l.coming[k.name] > 0:
			next = expectation{count: l.coming[k.name]}
		case k.problem != nil && len(l.statuses[k.name]) == 0:
			next = expectation{why: k.problem.Text}
		case len(l.statuses[k.name]) == 0 && l.stuck(k) != nil:
			next = expectation{why: l.stuck(k).Text}
		}
		if told, ever := l.expected[k.name]; ever && told == next {
			continue
		}
		l.expected[k.name] = next
		l.means.Expect(k.name, next.count, next.why)
	}
}

// expectation is what callers were told of a service.
type expectation struct {
	count int
	// why nothing comes, when the count is 0.
	why string
}

// absent is why no instance of a service is wanted, and what would change that; empty when one is.
func (k *kept) absent() string {
	switch scale := k.memory.Within.Scale; {
	case k.removal != nil:
		return k.name + ": " + gone
	case k.away != "":
		return k.away
	case !k.service.Runs():
		return fmt.Sprintf("%s is not run: it is overridden by %s", k.name, k.service.Replaced)
	case k.memory.Within.Stopped:
		return fmt.Sprintf("%s was stopped by the operator; banyan start %[1]s starts it", k.name)
	case scale != nil && *scale == 0:
		return fmt.Sprintf("%s was scaled to 0 by the operator; banyan start %[1]s starts it", k.name)
	}
	return ""
}

// act takes the steps that rollout names for one service.
func (l *loop) act(k *kept) {
	if !l.rolled(k) {
		k.storm.worked(time.Now())
	}
	desired := rollout.Desired{Count: k.count(), Mark: k.mark(), Alone: k.service.Resource != nil || k.memory.Within.Debug != nil}
	switch {
	case l.down != nil:
		l.hurry(k)
		desired.Count, desired.Hold = 0, l.called(k)
	case l.missed(k):
		return // whoever was started from the old graph may still call it
	case k.current == nil && desired.Count > 0:
		return // what is there serves until it is known what to replace it with
	}
	for _, step := range rollout.Next(desired, l.observed(k)) {
		switch step.Action {
		case rollout.Start:
			l.start(k, step)
		case rollout.Stop:
			l.stop(k, step)
		}
	}
}

func (l *loop) observed(k *kept) []rollout.Observed {
	var all []rollout.Observed
	for _, s := range l.statuses[k.name] {
		o := rollout.Observed{Number: s.Number, Mark: rollout.Mark{Release: s.Release, Generation: s.Generation}, State: rollout.State(s.State)}
		if l.ending[s.ID] {
			o.State = rollout.Draining
		}
		all = append(all, o)
	}
	return all
}

func (l *loop) start(k *kept, step rollout.Step) {
	o := supervise.Order{
		App: k.current.app, Service: k.current.service, Number: step.Number, Release: step.Mark.Release,
		Generation: step.Mark.Generation, Debug: k.memory.Within.Debug, Why: k.why,
	}
	if err := l.means.Instances.Keep(o); err != nil {
		l.means.Journal.Record(journal.Entry{
			Kind: journal.Notice, Subject: o.ID(), Text: o.ID() + " cannot be kept", Why: err.Error(), Where: k.service.At,
		})
	}
}

// stop takes the grace of the newest graph: a changed one needs no restart.
func (l *loop) stop(k *kept, step rollout.Step) {
	id := supervise.ID(k.name, step.Number)
	l.ending[id] = true
	e := supervise.Ending{Why: step.Why + ": " + k.why, Drain: max(k.drain, supervise.Drain(l.app, k.name)), Grace: k.service.Grace}
	switch {
	case l.down != nil:
		e.Why, e.Drain = allStops, leavingDrain
		l.hurried[id] = true
	case k.count() == 0:
		e.Why = k.why
	}
	l.means.Instances.End(id, l.parted(k, id, e))
}

const (
	allStops = "the application stops"
	// leavingDrain bounds the wait for open exchanges when everything stops: nobody is there any more to answer them later.
	leavingDrain = 5 * time.Second
)

// hurry shortens the draining of what was told to end before everything was to.
func (l *loop) hurry(k *kept) {
	for _, s := range l.statuses[k.name] {
		if (l.ending[s.ID] || s.State == supervise.Draining) && !l.hurried[s.ID] {
			l.hurried[s.ID] = true
			l.means.Instances.End(s.ID, supervise.Ending{Why: allStops, Drain: leavingDrain, Grace: k.service.Grace})
		}
	}
}

// missed tells whether a service that was removed, or left the set, may still be called: a caller of the old graph has not rolled over.
func (l *loop) missed(k *kept) bool {
	waits := cmp.Or(k.removal, k.left)
	if waits == nil {
		return false
	}
	for name, later := range waits.callers {
		caller := l.kept[name]
		switch {
		case caller == nil || caller == k:
		case caller.removal != nil || caller.away != "":
			if later && len(l.statuses[name]) > 0 {
				return true
			}
		case !l.rolled(caller):
			return true
		}
	}
	return false
}

// called tells whether a service has a caller that still runs while everything stops. Only those that stand later in the
// order count, so that a cycle ends too.
func (l *loop) called(k *kept) bool {
	for _, caller := range l.order[slices.Index(l.order, k)+1:] {
		if caller.service.Needs(k.name) && len(l.statuses[caller.name]) > 0 {
			return true
		}
	}
	return false
}

// drop forgets what was removed and is gone.
func (l *loop) drop() {
	for _, k := range byName(l.kept) {
		if len(l.statuses[k.name]) == 0 {
			k.left = nil
		}
		if k.removal != nil && len(l.statuses[k.name]) == 0 {
			delete(l.kept, k.name)
			delete(l.expected, k.name)
			l.order = slices.DeleteFunc(slices.Clone(l.order), func(other *kept) bool { return other == k })
			k.memory.Within = within{}
		}
	}
}

// finish says when everything has stopped, once the picture shows it.
func (l *loop) finish() {
	if l.down == nil || len(l.statuses) > 0 {
		return
	}
	select {
	case <-l.down:
	default:
		l.record.forget()
		l.record.Down = true // a control process that takes over now must not start everything again
		l.remember()
		close(l.down)
	}
}

func byName(all map[string]*kept) []*kept {
	return slices.SortedFunc(maps.Values(all), func(a, b *kept) int { return cmp.Compare(a.name, b.name) })
}
