package reconcile

import (
	"cmp"
	"fmt"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/subset"
)

// Wish is what the operator wants to run: what the run began with, and what was asked for since.
func (r *Reconciler) Wish() subset.Wish { return r.wants.Load() }

func (l *loop) wished() subset.Wish {
	if l.record.Set == nil {
		return l.means.Wish
	}
	return *l.record.Set
}

// choose takes up the set of the newest graph and wish. What joins it is started, and what leaves it ends once those that called it by the
// old graph have been replaced; old is nil when no graph changed.
func (l *loop) choose(old *graph.App) {
	before := l.set
	l.set = subset.Choose(l.app, l.wished())
	for _, k := range l.order {
		if k.removal != nil {
			continue
		}
		k.because, k.away = l.set.Why(k.name), ""
		switch was, is := before.Has(k.name), l.set.Has(k.name); {
		case is && !was:
			l.joins(k)
		case !is:
			k.away = absence(k.name, k.because[0])
			if was {
				l.leaves(k, old)
			}
		}
	}
}

// first takes up the set when a control process begins. What runs and is not in it was leaving when the one before ended, so it waits for
// all callers.
func (l *loop) first() {
	if l.record.Set == nil {
		w := l.means.Wish
		l.record.Set = &w
	}
	l.wants.Store(*l.record.Set)
	l.set = subset.Choose(l.app, l.wished())
	for _, k := range l.order {
		if k.removal != nil {
			continue
		}
		k.because = l.set.Why(k.name)
		if !l.set.Has(k.name) {
			k.away, k.left = absence(k.name, k.because[0]), &removal{everybody(l.app)}
		} else if k.because[0].Kind != subset.All {
			k.why += ": " + k.because[0].String()
		}
	}
}

// absence is what a caller is told of a service that is not in the set.
func absence(service string, why subset.Reason) string {
	if why.Kind == subset.Excepted {
		return fmt.Sprintf("%s is not in this run's set: it was %s; banyan start %[1]s starts it", service, why)
	}
	return fmt.Sprintf("%s is not in this run's set: %s; banyan start %[1]s starts it", service, why)
}

func (l *loop) joins(k *kept) {
	k.left = nil
	reason := k.because[0]
	if reason.Kind == subset.All {
		return
	}
	k.why = reason.String()
	if reason.Kind == subset.Asked {
		k.why = operator
	}
	k.want(need{why: k.why, at: reason.At})
	l.means.Journal.Record(journal.Entry{
		Kind: journal.Start, Subject: k.name, Text: "starting " + k.name + ", which joins the set of this run", Why: k.why, Where: cmp.Or(reason.At, k.service.At),
	})
}

func (l *loop) leaves(k *kept, old *graph.App) {
	if old == nil {
		old = l.app
	}
	k.left, k.problem, k.why = &removal{callersOf(old, k.name)}, nil, k.because[0].String()
	k.halt()
	l.means.Journal.Record(journal.Entry{
		Kind: journal.Stop, Subject: k.name, Text: k.name + " leaves the set of this run", Why: k.why, Where: k.service.At,
	})
}

// widen adds names to the wish. It comes after they were checked.
func (l *loop) widen(names []string) {
	if len(names) == 0 {
		return
	}
	next := l.wished().And(l.app, names...)
	l.record.Set = &next
	l.wants.Store(next)
	l.choose(nil)
}

// brought widens the set only when one of the chosen is not in it.
func (l *loop) brought(names []string, chosen []*kept) {
	for _, k := range chosen {
		if k.away != "" {
			l.widen(names)
			return
		}
	}
}

// needed are what names need and the operator stopped, each with its reason.
func (l *loop) needed(names []string) map[string]subset.Reason {
	if len(names) == 0 {
		return nil
	}
	all := map[string]subset.Reason{}
	closure := subset.Choose(l.app, subset.Wish{Names: names, Except: l.wished().Except})
	for _, k := range l.order {
		if k.removal == nil && k.memory.Within.Stopped && closure.Has(k.name) {
			all[k.name] = closure.Why(k.name)[0]
		}
	}
	return all
}
