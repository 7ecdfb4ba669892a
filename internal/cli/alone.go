package cli

import (
	"context"
	"fmt"
	"iter"
	"os/signal"
	"syscall"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/node"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/task"
)

// tasksAlone are the tasks of the file, of which nothing runs.
func (s *shell) tasksAlone() ([]api.Task, error) {
	at, err := s.place()
	if err != nil {
		return nil, err
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil, err
	}
	all := []api.Task{}
	for _, t := range loaded.App.Tasks {
		all = append(all, node.TaskOf(loaded.App, t, task.Look(task.Folder(at.State()), loaded.App, t)))
	}
	return all, nil
}

// runAlone runs a task without a running application, where it needs none. finish waits for the end of what runs.
func (s *shell) runAlone(ctx context.Context, name string, run api.TaskRun) (events iter.Seq2[api.TaskEvent, error], finish func(), err error) {
	at, err := s.place()
	if err != nil {
		return nil, nil, err
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil, nil, err
	}
	app := loaded.App
	sequence := app.Sequence(name)
	if len(sequence) == 0 {
		return nil, nil, task.Unknown(app, name)
	}
	for _, t := range sequence {
		if what := needed(app, t); what != "" {
			return nil, nil, ended{exitNotRunning, diag.At(t.At, diag.NotRunning, "the task %s needs %s, and nothing runs in %s", t.Name, what, at.Root).
				WithHint("start it with banyan up%s", s.fileFlag())}
		}
		for _, c := range app.Shape(t).Calls {
			s.warn("nothing runs here, so %s_URL is not set for %s", graph.EnvName(c.To), t.Name)
		}
	}
	runner := task.NewRunner(task.Means{
		Folder: task.Folder(at.State()), Await: func(context.Context, *graph.App, *graph.Task, bool) error { return nil },
		Environ: func(app *graph.App, t *graph.Task) []string { return s.environ(app, app.Shape(t)) },
	})
	if err := node.Prepare(at.Place); err != nil {
		return nil, nil, fmt.Errorf("keeping when tasks ran: %w", err)
	}
	// The task is of a group of its own, so that a terminal that is closed tells it nothing.
	until := func() {}
	if !signal.Ignored(syscall.SIGHUP) {
		ctx, until = signal.NotifyContext(ctx, syscall.SIGHUP)
	}
	to, over := make(chan api.TaskEvent), make(chan struct{})
	go func() { // finish waits for it
		defer close(over)
		defer close(to)
		node.Events(ctx, runner, task.Request{App: app, Task: name, Args: run.Args, Force: run.Force, Who: "banyan run", Why: "the operator asked"}, to, nil)
	}()
	return func(yield func(api.TaskEvent, error) bool) {
			for e := range to {
				if !yield(e, nil) {
					return
				}
			}
		}, func() {
			for e := range to { // nobody writes them any more
				_ = e
			}
			<-over
			until()
		}, nil
}

// needed is what a task cannot do without and what runs with the application only; empty when there is nothing.
func needed(app *graph.App, t *graph.Task) string {
	if len(t.Needs) > 0 {
		return t.Needs[0].Name
	}
	for _, u := range app.Shape(t).Uses {
		if r, there := app.Resource(u.Resource); there && r.Runs() {
			return "the resource " + u.Resource
		}
	}
	return ""
}

// environ is what is known of a service's environment while nothing runs.
func (s *shell) environ(app *graph.App, service *graph.Service) []string {
	var all []string
	for _, v := range supervise.Environment(supervise.Place{App: app, Service: service, Instance: service.Name, Environ: s.Environ}) {
		if v.Name != "BANYAN_INSTANCE" && v.Name != "BANYAN_RUN" {
			all = append(all, v.Name+"="+v.Value)
		}
	}
	return all
}
