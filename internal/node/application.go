package node

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/registry"
	"github.com/banyan-run/banyan/internal/snapshot"
	"github.com/banyan-run/banyan/internal/supervise"
)

// application tells how the application is, in the words of the API.
type application struct {
	options  Options
	link     *keeper.Client
	file     *file
	plane    *plane
	sight    *sight
	registry *registry.Registry
	services *reconcile.Reconciler
	places   *places
	chores   *chores
	usages   usages
	costs    costs
	control  *control
	ports    *ports
	// succession takes the wish that another program controls the application.
	succession *succession
	started    time.Time
	attached   time.Time
	phase      snapshot.Value[api.Phase]
	// pulse grows whenever Services would answer otherwise.
	pulse snapshot.Value[uint64]
}

// App implements api.Application.
func (a *application) App() api.App {
	v := a.file.now.Load()
	answer := api.App{
		Name: v.app.Name, Environment: v.app.Environment, Root: v.app.Root, File: v.app.File, Run: a.link.Run(),
		Version: a.options.Version, Executable: executable(), Started: a.started, Attached: a.attached, PID: os.Getpid(), Keeper: os.Getppid(),
		API: a.control.url, Dashboard: a.control.url + "/#token=" + a.control.token,
		Cost: a.cost(), Phase: a.phase.Load(), Loaded: v.loaded, Refused: v.refused, Problems: a.sight.problems(),
		Project: a.options.Project, Moved: a.ports.moved.Load(),
		Wanted: wishOf(a.services.Wish()), Groups: groupsOf(v.app),
	}
	if p := a.plane.door.problem.Load(); p != nil {
		answer.Problems = append(answer.Problems, *p)
	} else {
		answer.Gateway = "http://" + a.plane.door.listening.Load()
	}
	if p := a.plane.secure.problem.Load(); p != nil {
		answer.Problems = append(answer.Problems, *p)
	}
	answer.HTTPS = a.plane.secureURL(v.app, v.app.Host())
	return answer
}

// Changed implements api.Application.
func (a *application) Changed() <-chan struct{} {
	_, version := a.pulse.Version()
	return a.pulse.Changed(version)
}

// follow beats the pulse, and makes the application running once every service has settled for the first time.
func (a *application) follow(ctx context.Context) error {
	for {
		list, version := a.services.Observe()
		known := a.registry.Snapshot().Version
		a.plane.held.observe(a.file.now.Load().app, list)
		if a.phase.Load() == api.Starting && settled(list) {
			a.phase.Update(begun)
		}
		if err := a.clear(ctx); err != nil {
			return err
		}
		a.pulse.Update(func(n uint64) uint64 { return n + 1 })
		select {
		case <-a.services.Changed(version):
		case <-a.registry.Changed(known):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// begun: an end that was asked for meanwhile stays.
func begun(now api.Phase) api.Phase {
	if now == api.Starting {
		return api.Running
	}
	return now
}

// clear closes the ports that nobody uses any more. No change of the file may declare one of them anew meanwhile.
func (a *application) clear(ctx context.Context) error {
	if !a.plane.edges.anyGone() {
		return nil
	}
	leave, err := a.file.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	a.plane.edges.clear(observing(a.services))
	return nil
}

func observing(services *reconcile.Reconciler) func() []reconcile.Service {
	return func() []reconcile.Service { now, _ := services.Observe(); return now }
}

// settled tells whether nothing is on its way any more.
func settled(list []reconcile.Service) bool {
	for _, s := range list {
		switch api.Phase(s.Phase) {
		case api.Waiting, api.Building, api.Starting:
			return false
		}
	}
	return true
}

// rolled tells whether no instance of an earlier graph is left of a service.
func rolled(list []reconcile.Service, name string) bool {
	for _, s := range list {
		if s.Name == name {
			return s.Rolled
		}
	}
	return true
}

// Services implements api.Application.
func (a *application) Services() []api.Service {
	app, known := a.file.now.Load().app, a.registry.Snapshot()
	list, _ := a.services.Observe()
	used := a.usages.of(processes(list), time.Now())
	var all []api.Service
	for _, s := range list {
		all = append(all, withGuests(app, known, a.service(app, s, used)))
	}
	for _, e := range app.External {
		all = append(all, withGuests(app, known, externalOf(app, e, known.Service(e.Name))))
	}
	return all
}

func processes(list []reconcile.Service) []int {
	var all []int
	for _, s := range list {
		for _, i := range s.Instances {
			if i.PID > 0 {
				all = append(all, i.PID)
			}
		}
	}
	return all
}

func (a *application) service(app *graph.App, s reconcile.Service, used sample) api.Service {
	answer := api.Service{
		Name: s.Name, Phase: api.Phase(s.Phase), Doing: s.Doing, Desired: s.Desired, Ready: s.Ready, Release: s.Release,
		BuiltIn: api.SecondsOf(s.BuiltIn), Cached: s.Cached, ReadyIn: api.SecondsOf(s.ReadyIn),
		Routes: routesTo(app, s.Name), HTTPS: a.plane.secureURL(app, app.HostOf(s.Name)), Callers: app.Callers(s.Name), Problem: problemOf(s.Problem),
		Instances: mapped(s.Instances, func(i supervise.Status) api.Instance { return instanceOf(i, used) }),
		Absent:    s.Absent, Because: mapped(s.Because, reasonOf),
	}
	if declared, there := app.Service(s.Name); there {
		answer.Owner, answer.Where, answer.Protocol = declared.Owner, where(declared.At), spoken(declared.Protocol, s.Instances)
		answer.Resource = declared.Resource != nil
		for _, c := range declared.Calls {
			answer.Calls = append(answer.Calls, c.To)
		}
		for _, u := range declared.Uses {
			answer.Uses = append(answer.Uses, u.Resource)
		}
	}
	return answer
}

// spoken is what instances speak: what was found, where the file leaves it open.
func spoken(declared graph.Protocol, instances []supervise.Status) string {
	if declared != graph.Auto {
		return string(declared)
	}
	for _, i := range instances {
		if i.ReadyIn > 0 && i.H2 {
			return string(graph.H2C)
		}
		if i.ReadyIn > 0 {
			return string(graph.HTTP1)
		}
	}
	return string(graph.Auto)
}

func routesTo(app *graph.App, name string) []string {
	var all []string
	for _, r := range app.Edge.Routes {
		if r.LeadsTo(name) {
			all = append(all, r.Host+r.Path)
		}
	}
	return all
}

func instanceOf(i supervise.Status, used sample) api.Instance {
	answer := api.Instance{
		ID: i.ID, State: string(i.State), PID: i.PID, Address: i.Address, Release: i.Release, Started: i.Started,
		ReadyIn: api.SecondsOf(i.ReadyIn), Restarts: i.Restarts, CPU: -1, Memory: -1, Reason: i.Reason,
	}
	if i.Debug != nil {
		answer.Debug = debuggingOf(i.Service, *i.Debug)
		answer.Reason = cmp.Or(answer.Reason, "debugging on "+i.Debug.Address())
	}
	if n := len(i.Lines); n > 0 {
		answer.Last = i.Lines[n-1]
	}
	if usage, known := used.groups[i.PID]; known {
		answer.Memory = usage.Anonymous
		if share, measured := used.shares[i.PID]; measured {
			answer.CPU = share
		}
	}
	return answer
}

func problemOf(p *supervise.Problem) *api.Problem {
	if p == nil {
		return nil
	}
	answer := &api.Problem{
		Code: string(p.Code), Text: p.Text, Where: where(p.Where), Likely: p.Likely, Lines: p.Lines, Instance: p.Instance, Next: p.Next,
	}
	if p.Exit != nil {
		code := p.Exit.Code
		if p.Exit.Signal != "" {
			code = -1
		}
		answer.Exit, answer.Signal = &code, p.Exit.Signal
	}
	return answer
}

func externalOf(app *graph.App, e *graph.External, instances []registry.Instance) api.Service {
	answer := api.Service{
		Name: e.Name, Where: where(e.At), Phase: api.Running, External: true, Desired: len(instances),
		Routes: routesTo(app, e.Name), Callers: app.Callers(e.Name),
	}
	for _, i := range instances {
		switch {
		case i.State == registry.Ready:
			answer.Ready++
		case i.State == registry.Starting && answer.Problem == nil:
			answer.Phase, answer.Doing = api.Starting, i.Reason
		case answer.Problem == nil:
			answer.Phase, answer.Doing = api.Failed, ""
			answer.Problem = &api.Problem{Text: i.ID + " does not answer", Likely: i.Reason, Where: answer.Where, Instance: i.ID}
		}
		answer.Instances = append(answer.Instances, api.Instance{
			ID: i.ID, State: string(i.State), Address: i.Address, Reason: i.Reason, CPU: -1, Memory: -1,
		})
	}
	return answer
}

// Environment implements api.Application.
func (a *application) Environment(name string) ([]api.Variable, error) {
	place, err := a.placeOf(name)
	if err != nil {
		return nil, err
	}
	return mapped(supervise.Environment(place), func(v supervise.Value) api.Variable {
		return api.Variable{Name: v.Name, Value: a.sight.secrets.Text(redact.Variable(v.Name, v.Value)), Source: v.Source, Where: where(v.At), Over: mapped(v.Over, originOf)}
	}), nil
}

// placeOf is where the first instance of a service stands, or would.
func (a *application) placeOf(name string) (supervise.Place, error) {
	app := a.file.now.Load().app
	service, known := app.Service(name)
	if _, outside := app.ExternalService(name); outside {
		return supervise.Place{}, problem.New(diag.BadArgument, "%s is external: Banyan does not run it, so it is started with nothing.", name)
	}
	if !known {
		return supervise.Place{}, noService(app, name)
	}
	place := supervise.Place{App: app, Service: service, Instance: supervise.ID(name, 1), Run: a.link.Run(), Environ: a.options.Environ}
	list, _ := a.services.Observe()
	for _, s := range list {
		if s.Name != name {
			continue
		}
		place.Release = s.Release
		if len(s.Instances) > 0 {
			place.Instance, place.Port = s.Instances[0].ID, s.Instances[0].Port
		}
	}
	connect(&place, a.plane.edges, a.places)
	return place, nil
}

func originOf(o supervise.Origin) api.Origin { return api.Origin{Source: o.Source, Where: where(o.At)} }
