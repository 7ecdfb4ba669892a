package reconcile

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// Announce tells callers to expect what app adds, before it is applied: a request that a gateway of the new graph sends on
// before Apply is called is then held and not refused. Where Apply is not called after all, retract takes it back.
func (r *Reconciler) Announce(app *graph.App) (retract func()) {
	var announced []string
	_ = r.ask(func(l *loop) error {
		next := subset.Choose(app, l.wished())
		for _, s := range app.Services {
			k := l.kept[s.Name]
			comes := k == nil || k.away != "" || !k.service.Runs()
			if comes && s.Runs() && next.Has(s.Name) && l.down == nil {
				announced = append(announced, s.Name)
				l.coming[s.Name] = s.Replicas.Count
				l.expected[s.Name] = expectation{count: s.Replicas.Count}
				l.means.Expect(s.Name, s.Replicas.Count, "")
			}
		}
		return nil
	})
	return func() {
		_ = r.ask(func(l *loop) error {
			for _, name := range announced {
				delete(l.coming, name)
				switch k := l.kept[name]; {
				case k == nil:
					delete(l.expected, name)
					l.means.Expect(name, 0, "")
				case !k.service.Runs():
					l.expected[name] = expectation{k.count(), k.absent()}
					l.means.Expect(name, k.count(), k.absent())
				}
			}
			return nil
		})
	}
}

// Apply keeps the services of a new graph from now on; why is for the journal, where no change of the service itself tells
// more. Only what Compare calls a restart or a rebuild replaces instances, one by one. What is no longer there ends once every service that declared a call to it has rolled
// over. It returns when Observe shows it, and does nothing after Down or Close.
func (r *Reconciler) Apply(app *graph.App, why string) {
	_ = r.ask(func(l *loop) error {
		if l.down == nil {
			l.apply(app, why)
		}
		return nil
	})
}

func (l *loop) apply(app *graph.App, why string) {
	old := l.app
	changes := map[string][]Change{}
	for _, c := range compare(old, app) {
		changes[c.Subject] = append(changes[c.Subject], c)
	}
	removed := removals(old, app)
	l.app, l.coming = app, map[string]int{}
	for _, s := range app.Services {
		k := l.kept[s.Name]
		if k == nil || k.removal != nil {
			l.add(s)
			continue
		}
		k.drain = supervise.Drain(old, s.Name)
		k.follow(app, s, changes[s.Name], why)
		l.rehook(k, old)
	}
	for name, removal := range removed {
		l.kept[name].drain = supervise.Drain(old, name)
		l.kept[name].remove(removal)
	}
	l.arrange()
	l.choose(old)
}

// add takes up a new service, or one that was being removed.
func (l *loop) add(s *graph.Service) {
	k := l.kept[s.Name]
	if k == nil {
		k = &kept{name: s.Name, memory: l.record.of(s.Name)}
		l.kept[s.Name] = k
	}
	k.app, k.service, k.spec, k.removal, k.left, k.problem = l.app, s, specHash(l.app, s), nil, nil, nil
	k.why = "it is new in the file"
	k.want(need{why: k.why, at: s.At})
}

// follow takes up what the new graph says of a service.
func (k *kept) follow(app *graph.App, s *graph.Service, changes []Change, why string) {
	if !reflect.DeepEqual(k.service.Watch, s.Watch) {
		k.storm = storm{} // other files count now
	}
	if !k.service.Runs() && s.Runs() {
		defer func() { k.why = "it is not overridden any more"; k.want(need{why: k.why, at: s.At}) }()
	}
	k.app, k.service = app, s
	replaced := false
	for _, c := range changes {
		replaced = replaced || c.Action == Restart || c.Action == Rebuild
		if c.Action == Scale {
			k.memory.Within.Scale = nil // the newest word counts
			k.why = reason([]Change{c}, why)
		}
	}
	if !replaced {
		if k.current != nil && k.current.spec == k.spec {
			next := *k.current
			next.app, next.service = app, s
			k.current = &next
		}
		return
	}
	k.spec = specHash(app, s)
	if k.job != nil {
		k.job.cancel()
	}
	k.want(need{why: reason(changes, why), at: place(changes)})
}

func (k *kept) remove(r *removal) {
	k.removal, k.left, k.why = r, nil, gone
	k.need, k.problem = need{}, nil
	k.memory.Within = within{Generation: k.memory.Within.Generation}
	if k.job != nil {
		k.job.cancel()
	}
}

// removals are the services that a new graph does not have, with their callers.
func removals(old, next *graph.App) map[string]*removal {
	all := map[string]*removal{}
	for _, s := range old.Services {
		if _, there := next.Service(s.Name); there {
			continue
		}
		all[s.Name] = &removal{callersOf(old, s.Name)}
	}
	return all
}

// callersOf are the services that call one, each with whether it stands behind it in the order.
func callersOf(app *graph.App, service string) map[string]bool {
	at := map[string]int{}
	for i, s := range app.Order() {
		at[s.Name] = i
	}
	callers := map[string]bool{}
	for _, caller := range app.Callers(service) {
		if caller != graph.Gateway {
			callers[caller] = at[caller] > at[service]
		}
	}
	return callers
}

// reason is why a service is touched, in one line: what of it changed, and else what Apply was told.
func reason(changes []Change, why string) string {
	const most = 3
	var texts []string
	for _, c := range changes {
		if c.Action != Swap {
			texts = append(texts, c.Text)
		}
	}
	switch {
	case len(texts) == 0:
		return why
	case len(texts) > most:
		texts = append(texts[:most:most], fmt.Sprintf("and %d more", len(texts)-most))
	}
	return strings.Join(texts, ", ")
}

// place is the line of the first change that leads to something.
func place(changes []Change) diag.Position {
	for _, c := range changes {
		if c.Action != Swap {
			return c.At
		}
	}
	return diag.Position{}
}
