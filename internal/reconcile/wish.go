package reconcile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

const operator = "the operator asked"

// Start starts services that were stopped, all of the set when none is named; those that failed are tried again at once. A name may be
// a group's. What is not in the set joins it, with all that it calls, and what those call that were stopped is started too. An unknown
// name is a problem with the code NoSuchService, and nothing happens. Once everything stops, each wish is what TooLate returns.
func (r *Reconciler) Start(names []string) error {
	return r.wish(names, func(l *loop, chosen []*kept) {
		l.widen(names)
		needed := l.needed(names)
		for _, k := range chosen {
			delete(needed, k.name)
			l.wanted(k, subset.Reason{Kind: subset.Asked})
		}
		for _, k := range l.order {
			if why, is := needed[k.name]; is {
				l.wanted(k, why)
			}
		}
	})
}

// Stop stops services, all when none is named, and keeps them stopped: calls to them are refused at once. What is not in the set does
// not run, and nothing is kept of such a wish.
func (r *Reconciler) Stop(names []string) error {
	return r.each(names, func(l *loop, k *kept) {
		past := &k.memory.Within
		if past.Stopped || k.away != "" {
			return
		}
		past.Stopped, k.problem, k.why = true, nil, operator
		k.undebug()
		k.halt()
		l.tellWish(journal.Stop, k, k.name+" is kept stopped"+l.missing(k))
	})
}

// Restart replaces each instance of services, all when none is named: a new one is ready before an old one goes.
// What was stopped is started, what failed is built again, and what was debugged is so no more.
func (r *Reconciler) Restart(names []string) error {
	return r.wish(names, func(l *loop, chosen []*kept) {
		l.brought(names, chosen)
		for _, k := range chosen {
			k.unstop()
			k.undebug()
			k.want(need{why: operator, again: true})
			l.tellWish(journal.Restart, k, "restarting "+k.name)
		}
	})
}

// Scale keeps so many instances of a service, 0 to 64, until the file says otherwise or the run ends.
func (r *Reconciler) Scale(service string, replicas int) error {
	if replicas < 0 || replicas > graph.MaxReplicas {
		return problem.New(diag.BadArgument, "%d is no count of instances: 0 to %d are possible.", replicas, graph.MaxReplicas)
	}
	if err := r.ask(func(l *loop) error { return l.scalable(service) }); err != nil {
		return err
	}
	return r.each([]string{service}, func(l *loop, k *kept) {
		if replicas > 0 {
			l.brought([]string{service}, []*kept{k})
		}
		before, past := k.count(), &k.memory.Within
		past.Scale = &replicas
		if replicas == k.service.Replicas.Count {
			past.Scale = nil
		}
		if k.undebug() {
			k.want(need{why: operator, again: true})
		}
		if replicas > 0 {
			k.unstop()
		} else {
			k.halt()
		}
		k.why = fmt.Sprintf("scaled to %d", replicas)
		l.tellWish(journal.Scale, k, fmt.Sprintf("scaling %s from %d to %d", k.name, before, replicas))
	})
}

// scalable refuses a count for what has one instance.
func (l *loop) scalable(service string) error {
	if s, there := l.app.Service(service); there && s.Resource != nil {
		return problem.New(diag.BadArgument, "%s is a resource: it has one instance, which owns its data.", service)
	}
	return nil
}

// each does something to each service that is named, in their order.
func (r *Reconciler) each(names []string, do func(*loop, *kept)) error {
	return r.wish(names, func(l *loop, chosen []*kept) {
		for _, k := range chosen {
			do(l, k)
		}
	})
}

// wish does something to the services that names stand for. All names are checked before.
func (r *Reconciler) wish(names []string, do func(*loop, []*kept)) error {
	return r.ask(func(l *loop) error {
		chosen, err := l.chosen(names)
		switch {
		case err != nil:
			return err
		case l.down != nil:
			return TooLate()
		}
		do(l, chosen)
		return nil
	})
}

// TooLate refuses what is asked for when everything stops already: it would be forgotten.
func TooLate() error {
	refusal := problem.New(diag.NotRunning, "The application is being stopped; start it again with banyan up once it is.")
	refusal.Status = 409
	return refusal
}

func (l *loop) chosen(names []string) ([]*kept, error) {
	for _, name := range names {
		one, service := l.app.Service(name)
		if _, group := l.app.Group(name); !service && !group {
			return nil, l.unknown(name)
		}
		if service && !one.Runs() {
			return nil, problem.New(diag.NoSuchService, "%s is not run here: it is overridden by %s.", name, one.Replaced)
		}
	}
	named, err := subset.Services(l.app, names)
	if err != nil {
		return nil, err
	}
	var chosen []*kept
	for _, k := range l.order {
		if k.removal == nil && k.service.Runs() && (len(names) == 0 && k.away == "" || slices.Contains(named, k.name)) {
			chosen = append(chosen, k)
		}
	}
	return chosen, nil
}

func (l *loop) unknown(name string) error {
	if _, there := l.app.ExternalService(name); there {
		return problem.New(diag.NoSuchService, "%q is external: Banyan does not run it.", name)
	}
	if near := diag.Nearest(name, subset.Startable(l.app)); near != "" {
		return problem.New(diag.NoSuchService, "There is no service %q; did you mean %q?", name, near)
	}
	return problem.New(diag.NoSuchService, "There is no service %q.", name)
}

// wanted starts what was stopped or failed, and leaves alone what runs.
func (l *loop) wanted(k *kept, because subset.Reason) {
	stopped := k.memory.Within.Stopped || k.count() == 0
	waiting := false
	for _, s := range l.statuses[k.name] {
		waiting = waiting || s.State == supervise.Waiting
	}
	if scale := k.memory.Within.Scale; scale != nil && *scale == 0 {
		k.memory.Within.Scale = nil
	}
	k.unstop()
	if !stopped && !waiting && k.problem == nil && k.sequel.problem == nil {
		return
	}
	k.sequel.problem = nil
	k.why = operator
	if because.Kind != subset.Asked {
		k.why = because.String()
	}
	k.want(need{why: k.why, again: waiting})
	l.means.Journal.Record(journal.Entry{Kind: journal.Start, Subject: k.name, Text: "starting " + k.name, Why: k.why, Where: cmp.Or(because.At, k.service.At)})
}

// missing says whose calls are refused while a service is stopped, and who uses a resource that is; empty when nobody.
func (l *loop) missing(k *kept) string {
	var callers, users []string
	for _, other := range l.order {
		if _, calls := other.service.Call(k.name); calls && other != k && other.count() > 0 {
			callers = append(callers, other.name)
		}
		if _, uses := other.service.Use(k.name); uses && other.count() > 0 {
			users = append(users, other.name)
		}
	}
	switch {
	case len(users) > 0:
		return "; it is used by " + strings.Join(users, ", ")
	case len(callers) == 0:
		return ""
	}
	return ", and calls of " + strings.Join(callers, ", ") + " to it are refused"
}

// unstop lets a service run again. Its sources may have changed since it was stopped.
func (k *kept) unstop() {
	if k.memory.Within.Stopped {
		k.memory.Within.Stopped = false
		k.want(need{why: operator})
	}
}

// halt ends what is done for a service that shall not run; it is looked at again when it shall.
func (k *kept) halt() {
	if k.job != nil {
		k.job.cancel()
	}
	k.want(need{why: operator})
}

func (l *loop) tellWish(kind journal.Kind, k *kept, text string) {
	l.means.Journal.Record(journal.Entry{Kind: kind, Subject: k.name, Text: text, Why: operator, Where: k.service.At})
}
