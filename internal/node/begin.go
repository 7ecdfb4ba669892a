package node

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/dashboard"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/registry"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
)

// begin puts the parts together, from what sees to what is seen: state, sight, the data plane, instances, the loop, the API.
// What group owns ends in the reverse order.
func begin(ctx context.Context, group, serving *lifecycle.Group, link *keeper.Client, o Options) (*running, error) {
	attached := time.Now()
	s, brought, err := openState(o.place())
	if err != nil {
		return nil, err
	}
	note, takeover, err := s.note(link.Run())
	if err != nil {
		return nil, unusable(s, err)
	}
	eyes, err := openSight(ctx, group, s)
	if err != nil {
		return nil, err
	}
	leaving := make(chan struct{})
	f := &file{options: o, state: s, journal: eyes.journal, turn: make(chan struct{}, 1)}
	if takeover {
		f.replaced.Store(s.replaced(link.Run()))
	}
	first, err := f.first(takeover)
	if err != nil {
		return nil, err
	}
	eyes.keeping(first.app.Telemetry)
	if brought.From != brought.To {
		eyes.journal.Record(migrated(s, brought))
	}
	for _, e := range beginning(first.app, o.Wish, takeover) {
		eyes.journal.Record(e)
	}
	if err := project.Register(project.Entry{Place: o.place(), File: o.File, App: first.app.Name}); err != nil {
		eyes.journal.Record(journal.Entry{Kind: journal.Notice, Subject: "ports", Text: "other applications may choose the same ports", Why: err.Error()})
	}
	if err := eyes.secrets.Replace(secretsOf(first.app)); err != nil {
		return nil, err
	}
	known := registry.New()
	// Requests wait with the keeper already: they are held until it is known what runs, and not refused.
	for _, service := range first.app.Services {
		if service.Runs() {
			known.Expect(service.Name, service.Replicas.Count, "")
		}
	}
	doors := openPorts(o.place(), link, eyes.journal)
	p := newPlane(doors, serving, known, eyes, newCertificates(o.Environ))
	group.Go("records of former control processes", p.inherit(link.Passed()))
	if err := p.apply(first); err != nil {
		return nil, err
	}
	b := body{
		link: link, group: group, options: o, state: s, sight: eyes, plane: p, registry: known, ports: doors, places: openPlaces(doors, takeover),
	}
	b.tasks = newChores(b, f, leaving)
	services, supervisor, err := b.animate(ctx, first.app)
	if err != nil {
		return nil, err
	}
	b.tasks.services.Store(services)
	f.swap, f.leave = swapping(eyes, p, services, supervisor), parting(services, leaving)
	f.leaving, f.wish = services.Leaving, services.Wish
	a := &application{
		options: o, link: link, file: f, plane: p, sight: eyes, registry: known, services: services, places: b.places, chores: b.tasks,
		ports: doors, control: &control{ports: doors, group: group, token: note.Token}, started: note.Started, attached: attached,
	}
	a.phase.Store(api.Starting)
	a.succession = &succession{link: link, leaving: services.Leaving, asked: make(chan string, 1)}
	group.Go("read models", a.follow)
	if err := a.control.open(o.place().Socket(), a.handler(), a.page()); err != nil {
		return nil, err
	}
	if services.Leaving() { // the control process before this one died while it stopped everything
		if err := f.leave(); err != nil {
			return nil, err
		}
	}
	if o.Watch {
		w := &watching{file: f, services: services, journal: eyes.journal, group: group}
		group.Go("watching files", w.run)
	}
	return &running{link: link, application: a, journal: eyes.journal, leaving: leaving, successors: a.succession.asked}, nil
}

func beginning(app *graph.App, w subset.Wish, takeover bool) []journal.Entry {
	if takeover {
		return []journal.Entry{{
			Kind: journal.Takeover, Subject: app.Name, Text: "a new control process took over " + app.Name, Why: "the one before it ended, or handed over", Where: app.At,
		}}
	}
	e := journal.Entry{Kind: journal.Up, Subject: app.Name, Text: "starting " + count(len(app.Services), "service"), Why: "banyan up", Where: app.At}
	if set := subset.Choose(app, w); !set.Whole() {
		e.Text, e.Why = fmt.Sprintf("starting %d of %s", set.Size(), count(len(app.Services), "service")), "banyan up "+w.String()
	}
	return append([]journal.Entry{e}, refusedCalls(app, w)...)
}

// parting keeps that everything is to stop before it says so: what was acknowledged outlives this process. leaving is closed once.
func parting(services *reconcile.Reconciler, leaving chan struct{}) func() error {
	said := sync.OnceFunc(func() { close(leaving) })
	return func() error {
		if err := services.Leave(); err != nil && !errors.Is(err, reconcile.ErrClosed) {
			return err
		}
		said()
		return nil
	}
}

// body is what instances are kept with.
type body struct {
	link     *keeper.Client
	group    *lifecycle.Group
	options  Options
	state    state
	sight    *sight
	plane    *plane
	registry *registry.Registry
	ports    *ports
	places   *places
	tasks    *chores
}

// animate begins to keep instances: those that run already are taken over first.
func (b body) animate(ctx context.Context, app *graph.App) (*reconcile.Reconciler, *supervise.Supervisor, error) {
	exits := make(chan keeper.Event)
	supervisor := supervise.Begin(ctx, supervise.Means{
		Processes: b.link, Exits: exits, Run: b.link.Run(), Environ: b.options.Environ, Prober: newProber(), Port: b.ports.kept.Take, Places: b.places,
		Edge: b.plane.edges.address, Traffic: traffic{b.registry, b.plane.state}, Registry: b.registry, Journal: b.sight.journal,
		Locate: runner.Locate, Debug: debuggers{b.state}.start, Listens: runner.Listening, Reason: reason, Secrets: b.sight.secrets, Folder: b.state.run(),
	})
	b.group.OnStop("supervisor", func(context.Context) error { return supervisor.Close() })
	supervisor.Adopt(app)
	supervisor.Outside(app)
	o := &output{link: b.link, recorder: b.sight.recorder, lines: supervisor.Output, exits: exits}
	listening, stop := context.WithCancel(ctx)
	over := make(chan struct{})
	b.group.Go("output", func(ctx context.Context) error {
		defer close(over)
		defer context.AfterFunc(ctx, stop)()
		return o.run(listening)
	})
	b.group.OnStop("output", func(context.Context) error { stop(); <-over; return nil })
	services, err := reconcile.Begin(ctx, app, b.means(supervisor))
	if err != nil {
		return nil, nil, err
	}
	b.group.OnStop("the loop", func(context.Context) error { return services.Close() })
	return services, supervisor, nil
}

// swapping applies a new version: the request path first, all at once, then the instances.
func swapping(eyes *sight, p *plane, services *reconcile.Reconciler, supervisor *supervise.Supervisor) func(*program, string) error {
	return func(next *program, why string) error {
		// What runs until it is replaced, or because this fails, still has the secrets of before.
		if err := eyes.secrets.Replace(secretsOf(p.now.Load().app, next.app)); err != nil {
			return err
		}
		// Callers may come as soon as the request path is swapped, before the instances are started.
		retract := services.Announce(next.app)
		if err := p.apply(next); err != nil {
			retract()
			return err
		}
		eyes.keeping(next.app.Telemetry)
		supervisor.Outside(next.app)
		services.Apply(next.app, why)
		p.edges.retire(next.mesh.Edges())
		p.edges.clear(observing(services)) // of a caller that runs nothing, no later change tells
		return nil
	}
}

// handler is the control API of the application.
func (a *application) handler() http.Handler {
	return api.Handler(api.Sources{
		Succession: a.succession, Application: a, Wishes: wishes{a.services}, Debuggers: a, File: a.file, Replacing: replacing{a}, Tasks: a.chores,
		Traffic: operator{a.plane}, Seen: a.sight, Streams: a.sight,
		Instances: a.registry.Handler(), Metrics: a.sight.meter.Handler(a.families),
	})
}

// page is the dashboard, whose views need the token.
func (a *application) page() http.Handler {
	guard := func(next http.Handler) http.Handler { return api.Bearer(a.control.token, next) }
	return dashboard.Handler(dashboard.Direct(a.handler()), guard)
}
