package node

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/snapshot"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/task"
)

// chores runs the tasks of the application: for the operator, and as hooks of services.
type chores struct {
	body   body
	file   *file
	folder string
	runner *task.Runner
	// leaving is closed when everything is to stop.
	leaving  <-chan struct{}
	services snapshot.Value[*reconcile.Reconciler]
}

func newChores(b body, f *file, leaving <-chan struct{}) *chores {
	c := &chores{body: b, file: f, folder: task.Folder(b.state.root), leaving: leaving}
	c.runner = task.NewRunner(task.Means{
		Folder: c.folder, Environ: c.environ, Await: c.await, Journal: b.sight.journal, Secrets: b.sight.secrets,
		Output: func(name, stream string, line []byte) {
			b.sight.recorder.Output(name, "", stream, append(line[:len(line):len(line)], '\n'), time.Now())
		},
	})
	return c
}

// environ is a task's environment: that of its service, but for what marks an instance.
func (c *chores) environ(app *graph.App, t *graph.Task) []string {
	place := supervise.Place{App: app, Service: app.Shape(t), Instance: t.Name, Run: c.body.link.Run(), Environ: c.body.options.Environ}
	connect(&place, c.body.plane.edges, c.body.places)
	return environOf(place, "BANYAN_INSTANCE")
}

func environOf(place supervise.Place, without ...string) []string {
	var all []string
	for _, v := range supervise.Environment(place) {
		if !slices.Contains(without, v.Name) {
			all = append(all, v.Name+"="+v.Value)
		}
	}
	return all
}

// await waits for the services and resources that a task needs. One that was stopped will not come; one that failed is waited for by
// the patient only.
func (c *chores) await(ctx context.Context, app *graph.App, t *graph.Task, patient bool) error {
	var needed []graph.Ref
	for _, u := range app.Shape(t).Uses {
		if r, there := app.Resource(u.Resource); there && r.Runs() {
			needed = append(needed, graph.Ref{Name: u.Resource, At: u.At})
		}
	}
	needed = append(needed, t.Needs...)
	services, err := c.services.Await(ctx, func(r *reconcile.Reconciler) bool { return r != nil }) // a hook may come before it is known here
	if err != nil {
		return err
	}
	if !patient {
		if err := include(services, app, t); err != nil {
			return err
		}
	}
	for {
		list, version := services.Observe()
		missing, why := absent(list, needed)
		switch {
		case missing.Name == "":
			return nil
		case why != "" && !patient:
			return diag.At(missing.At, diag.NotReady, "it needs %s, which %s", missing.Name, why).WithHint("banyan start %s, or banyan status, which tells why", missing.Name)
		}
		select {
		case <-services.Changed(version):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// include adds to the run what a task needs that nobody has asked for yet: whoever asks for the task asks for that. What was left out
// or stopped stays so.
func include(services *reconcile.Reconciler, app *graph.App, t *graph.Task) error {
	list, _ := services.Observe()
	var more []string
	demands, _ := app.Demands(t)
	for _, need := range demands {
		at := slices.IndexFunc(list, func(s reconcile.Service) bool { return s.Name == need.Name })
		if at >= 0 && list[at].Absent && slices.ContainsFunc(list[at].Because, func(r subset.Reason) bool { return r.Kind == subset.Uncalled }) {
			more = append(more, need.Name)
		}
	}
	if len(more) == 0 {
		return nil
	}
	return services.Start(more)
}

// absent is the first that is not ready; why says that it will not be by itself.
func absent(list []reconcile.Service, needed []graph.Ref) (missing graph.Ref, why string) {
	for _, need := range needed {
		at := slices.IndexFunc(list, func(s reconcile.Service) bool { return s.Name == need.Name })
		switch {
		case at >= 0 && list[at].Ready > 0:
		case at >= 0 && list[at].Absent && len(list[at].Because) > 0:
			return need, "is not in the set of this run: " + list[at].Because[0].String()
		case at >= 0 && list[at].Phase == reconcile.Stopped:
			return need, "is stopped"
		case at >= 0 && list[at].Phase == reconcile.Failed:
			return need, "failed"
		default:
			return need, ""
		}
	}
	return graph.Ref{}, ""
}

// Hook implements reconcile.Tasks.
func (c *chores) Hook(ctx context.Context, app *graph.App, name, why string) error {
	ctx, cancel := c.within(ctx)
	defer cancel()
	return c.runner.Run(ctx, task.Request{App: app, Task: name, Who: why, Why: why, Patient: true})
}

// within ends with ctx, and when everything is to stop.
func (c *chores) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() { // ends with the run that it bounds
		select {
		case <-c.leaving:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// Tasks implements api.Tasks.
func (c *chores) Tasks() []api.Task {
	app := c.file.now.Load().app
	return mapped(app.Tasks, func(t *graph.Task) api.Task { return TaskOf(app, t, task.Look(c.folder, app, t)) })
}

// TaskOf tells of a task in the words of the API.
func TaskOf(app *graph.App, t *graph.Task, s task.State) api.Task {
	answer := api.Task{
		Name: t.Name, Where: where(t.At), Service: t.Service.Name, After: refs(t.After), Needs: refs(t.Needs), Once: t.Once.On, Current: s.Current,
	}
	for _, service := range app.Services {
		if slices.Contains(refs(service.Hooks.Before), t.Name) {
			answer.Hooks = append(answer.Hooks, "before "+service.Name)
		}
		if slices.Contains(refs(service.Hooks.After), t.Name) {
			answer.Hooks = append(answer.Hooks, "after "+service.Name)
		}
	}
	if s.Last != nil {
		answer.Last, answer.Took, answer.Code = s.Last.At, api.SecondsOf(s.Last.Took), s.Last.Code
	}
	if s.Holder != nil {
		answer.Running = fmt.Sprintf("%s (process %d)", s.Holder.Who, s.Holder.PID)
	}
	return answer
}

func refs(all []graph.Ref) []string {
	return mapped(all, func(r graph.Ref) string { return r.Name })
}

// Run implements api.Tasks.
func (c *chores) Run(name string, run api.TaskRun) (func(context.Context) iter.Seq[api.TaskEvent], error) {
	app := c.file.now.Load().app
	if _, there := app.Task(name); !there {
		return nil, plainly(task.Unknown(app, name))
	}
	q := task.Request{App: app, Task: name, Args: run.Args, Force: run.Force, Who: "banyan run", Why: "the operator asked"}
	return func(ctx context.Context) iter.Seq[api.TaskEvent] {
		return func(yield func(api.TaskEvent) bool) {
			inner, cancel := c.within(ctx)
			events, ended, gone := make(chan api.TaskEvent), make(chan struct{}), make(chan struct{})
			// Whoever leaves ends the run, and it is over before this returns.
			defer func() { cancel(); close(gone); <-ended }()
			go func() {
				defer close(ended)
				defer close(events)
				Events(inner, c.runner, q, events, gone)
			}()
			for e := range events {
				if !yield(e) {
					return
				}
			}
		}
	}, nil
}

// Events runs a task and sends what it writes and what becomes of it. It returns when the run is over; once gone is closed nobody
// listens, and nothing is sent. Nil is never.
func Events(ctx context.Context, runner *task.Runner, q task.Request, to chan<- api.TaskEvent, gone <-chan struct{}) {
	send := func(e api.TaskEvent) {
		select {
		case to <- e:
		case <-gone:
		}
	}
	q.Output = func(name, stream string, line []byte) {
		send(api.TaskEvent{Task: name, Stream: stream, Text: string(line)})
	}
	q.Tell = func(s task.Step) {
		switch {
		case s.Begins:
			send(api.TaskEvent{Task: s.Task, State: api.TaskBegun})
		case s.Current:
			send(api.TaskEvent{Task: s.Task, State: api.TaskCurrent})
		case s.Past != nil && s.Past.Code == 0:
			send(api.TaskEvent{Task: s.Task, State: api.TaskDone, Took: api.SecondsOf(s.Past.Took)})
		}
	}
	err := runner.Run(ctx, q)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("%s was interrupted", q.Task)
	}
	if err != nil {
		send(failed(q.Task, err))
	}
}

// failed tells why a task did not do what it was to.
func failed(name string, err error) api.TaskEvent {
	e := api.TaskEvent{Task: name, State: api.TaskFailed, Code: -1, Failed: &api.Problem{Code: string(diag.TaskFailed), Text: err.Error()}}
	var f *task.Failure
	var held task.HeldError
	switch {
	case errors.As(err, &f):
		e.Task, e.Code, e.Failed.Where, e.Failed.Likely, e.Failed.Lines = f.Task.Name, f.Code, where(f.Task.At), f.Likely, f.Lines
	case errors.As(err, &held):
		e.Failed.Likely = "wait until it is over, or end that process"
	}
	return e
}

// plainly is a diagnostic as a problem of the API.
func plainly(err error) error {
	var d diag.Diagnostic
	if !errors.As(err, &d) {
		return err
	}
	return problem.New(d.Code, "%s.", strings.TrimSuffix(strings.Join([]string{d.Message, d.Hint}, "; "), "; "))
}

// lacking are the resources that a service uses and that run here, but are not ready.
func (c *chores) lacking(app *graph.App, service *graph.Service) []string {
	var all []string
	list, _ := c.services.Load().Observe()
	for _, u := range service.Uses {
		if missing, _ := absent(list, []graph.Ref{{Name: u.Resource}}); missing.Name != "" {
			if r, there := app.Resource(u.Resource); there && r.Runs() {
				all = append(all, u.Resource)
			}
		}
	}
	return all
}
