package reconcile

import (
	"fmt"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/supervise"
)

const operator = "the operator asked"

// Start starts services that were stopped, all when none is named; those that failed are tried again at once. An unknown
// one is a problem with the code NoSuchService, and nothing happens. Once everything stops, each wish is what TooLate returns.
func (r *Reconciler) Start(services []string) error {
	return r.wish(services, func(l *loop, k *kept) { l.wanted(k) })
}

// Stop stops services, all when none is named, and keeps them stopped: calls to them are refused at once.
func (r *Reconciler) Stop(services []string) error {
	return r.wish(services, func(l *loop, k *kept) {
		past := &k.memory.Within
		if past.Stopped {
			return
		}
		past.Stopped, k.problem, k.why = true, nil, operator
		k.halt()
		l.tellWish(journal.Stop, k, k.name+" is kept stopped")
	})
}

// Restart replaces each instance of services, all when none is named: a new one is ready before an old one goes.
// What was stopped is started, and what failed is built again.
func (r *Reconciler) Restart(services []string) error {
	return r.wish(services, func(l *loop, k *kept) {
		k.unstop()
		k.want(need{why: operator, again: true})
		l.tellWish(journal.Restart, k, "restarting "+k.name)
	})
}

// Scale keeps so many instances of a service, 0 to 64, until the file says otherwise or the run ends.
func (r *Reconciler) Scale(service string, replicas int) error {
	if replicas < 0 || replicas > graph.MaxReplicas {
		return problem.New(diag.BadArgument, "%d is no count of instances: 0 to %d are possible.", replicas, graph.MaxReplicas)
	}
	return r.wish([]string{service}, func(l *loop, k *kept) {
		before, past := k.count(), &k.memory.Within
		past.Scale = &replicas
		if replicas == k.service.Replicas.Count {
			past.Scale = nil
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

// wish does something to each service that is named, in their order. All names are checked before.
func (r *Reconciler) wish(names []string, do func(*loop, *kept)) error {
	return r.ask(func(l *loop) error {
		chosen, err := l.chosen(names)
		switch {
		case err != nil:
			return err
		case l.down != nil:
			return TooLate()
		}
		for _, k := range chosen {
			do(l, k)
		}
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
	named := map[string]bool{}
	for _, name := range names {
		if _, there := l.app.Service(name); !there {
			return nil, l.unknown(name)
		}
		named[name] = true
	}
	var chosen []*kept
	for _, k := range l.order {
		if k.removal == nil && (len(names) == 0 || named[k.name]) {
			chosen = append(chosen, k)
		}
	}
	return chosen, nil
}

func (l *loop) unknown(name string) error {
	if _, there := l.app.ExternalService(name); there {
		return problem.New(diag.NoSuchService, "%q is external: Banyan does not run it.", name)
	}
	var all []string
	for _, s := range l.app.Services {
		all = append(all, s.Name)
	}
	if near := diag.Nearest(name, all); near != "" {
		return problem.New(diag.NoSuchService, "There is no service %q; did you mean %q?", name, near)
	}
	return problem.New(diag.NoSuchService, "There is no service %q.", name)
}

// wanted starts what was stopped or failed, and leaves alone what runs.
func (l *loop) wanted(k *kept) {
	stopped := k.memory.Within.Stopped || k.count() == 0
	waiting := false
	for _, s := range l.statuses[k.name] {
		waiting = waiting || s.State == supervise.Waiting
	}
	if scale := k.memory.Within.Scale; scale != nil && *scale == 0 {
		k.memory.Within.Scale = nil
	}
	k.unstop()
	if !stopped && !waiting && k.problem == nil {
		return
	}
	k.why = operator
	k.want(need{why: operator, again: waiting})
	l.tellWish(journal.Start, k, "starting "+k.name)
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
