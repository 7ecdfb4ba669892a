package reconcile

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/rollout"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/task"
)

// Tasks runs the tasks that services name as hooks.
type Tasks interface {
	// Hook runs a task and those before it, and waits while somebody else does; why is for the journal. A task that fails is a
	// *task.Failure.
	Hook(ctx context.Context, app *graph.App, name, why string) error
}

// hookError is a hook that failed.
type hookError struct {
	hook graph.Ref
	when string
	err  error
}

// Error implements error.
func (e hookError) Error() string { return e.err.Error() }

// Unwrap implements errors.Unwrap.
func (e hookError) Unwrap() error { return e.err }

// before runs the tasks that come before a release; nothing is run before one that was started already.
func (r *Reconciler) before(ctx context.Context, j *job, artifact string) error {
	v := j.version
	if v.service.Hooks.Before == nil || r.means.Tasks == nil || strings.HasSuffix(j.running, "-"+releaseHash(v.spec, artifact)) {
		return nil
	}
	return r.hooks(ctx, v, v.service.Hooks.Before, "before", func(name string) {
		r.tell(ctx, func(*loop) { j.queued, j.building, j.hook = false, false, name })
	})
}

// hooks runs tasks one after another; the error is a hookError, or ctx's.
func (r *Reconciler) hooks(ctx context.Context, v version, all []graph.Ref, when string, tell func(name string)) error {
	for _, hook := range all {
		tell(hook.Name)
		if err := r.means.Tasks.Hook(ctx, v.app, hook.Name, "hook "+when+" "+v.service.Name); err != nil {
			if ctx.Err() != nil {
				return context.Canceled
			}
			return hookError{hook, when, err}
		}
	}
	return nil
}

// sequel is the run of the tasks that come after a release is ready.
type sequel struct {
	// mark is what it is of: those of another one are done anew. turn tells its run from one that was abandoned and ends late.
	mark rollout.Mark
	turn int
	// task runs now, empty when none does; problem is why one failed.
	task    string
	problem *supervise.Problem
	cancel  context.CancelFunc
}

// follow begins to run the tasks after a release once its first instance is ready.
func (l *loop) followUp(k *kept) {
	wanted := len(k.service.Hooks.After) > 0 && k.removal == nil && l.down == nil && l.means.Tasks != nil && k.count() > 0
	if !wanted || k.current == nil {
		k.abandon()
		return
	}
	mark := k.mark()
	if k.sequel.mark != mark {
		k.abandon()
	}
	if k.sequel.task != "" || k.sequel.problem != nil || k.memory.Within.Followed == mark.Release || l.fresh(k) == 0 {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	v := *k.current
	v.app, v.service = k.app, k.service
	turn := k.sequel.turn + 1
	k.sequel = sequel{mark: mark, turn: turn, task: k.service.Hooks.After[0].Name, cancel: cancel}
	l.group.Go("following up "+k.name, func(group context.Context) error {
		defer cancel()
		defer context.AfterFunc(group, cancel)()
		err := l.hooks(ctx, v, v.service.Hooks.After, "after", func(name string) {
			l.tell(ctx, func(*loop) {
				if k.sequel.turn == turn {
					k.sequel.task = name
				}
			})
		})
		l.tell(group, func(l *loop) { l.followed(k, turn, err) })
		return nil
	})
}

// followed takes up how the tasks after a release ended.
func (l *loop) followed(k *kept, turn int, err error) {
	if k.sequel.turn != turn {
		return
	}
	k.sequel.task = ""
	switch {
	case err == nil:
		k.memory.Within.Followed = k.sequel.mark.Release
	case errors.Is(err, context.Canceled):
	default:
		k.sequel.problem = l.problem(k.service, err)
	}
}

// abandon ends what is run after a release that nobody wants any more.
func (k *kept) abandon() {
	if k.sequel.cancel != nil {
		k.sequel.cancel()
	}
	k.sequel = sequel{turn: k.sequel.turn + 1}
}

// hooked tells whether the problem of a service is that of a hook.
func (k *kept) hooked() bool {
	return k.sequel.problem != nil || k.problem != nil && k.problem.Code == diag.TaskFailed
}

// rehook has hooks that failed tried again when their tasks changed in the file. Those after a release are all that is: it serves.
func (l *loop) rehook(k *kept, old *graph.App) {
	if !k.hooked() {
		return
	}
	why, at := l.rehooked(k, old)
	if why == "" {
		return
	}
	k.abandon()
	if k.problem != nil && k.problem.Code == diag.TaskFailed {
		k.want(need{why: why, at: at})
	}
}

// rehooked says what changed of the hooks of a service; empty when nothing did.
func (l *loop) rehooked(k *kept, old *graph.App) (why string, at diag.Position) {
	for _, hook := range slices.Concat(k.service.Hooks.Before, k.service.Hooks.After) {
		for _, t := range l.app.Sequence(hook.Name) {
			if was, there := old.Task(t.Name); !there || !reflect.DeepEqual(taskFacts(old, was), taskFacts(l.app, t)) {
				return "the task " + t.Name + " changed", t.At
			}
		}
	}
	if was, there := old.Service(k.name); there && !reflect.DeepEqual(names(was.Hooks), names(k.service.Hooks)) {
		return "its hooks changed", k.service.At
	}
	return "", diag.Position{}
}

func names(h graph.Hooks) [2]string {
	var all [2]string
	for i, refs := range [][]graph.Ref{h.Before, h.After} {
		for _, r := range refs {
			all[i] += r.Name + " "
		}
	}
	return all
}

// describeHook fills in what is known of a hook that failed.
func describeHook(p *supervise.Problem, s *graph.Service, failed hookError) {
	p.Code, p.Where = diag.TaskFailed, failed.hook.At
	p.Text = fmt.Sprintf("%s is not started: %v", s.Name, failed.err)
	if failed.when == "after" {
		p.Text = fmt.Sprintf("the task after %s failed: %v", s.Name, failed.err)
	}
	var f *task.Failure
	if errors.As(failed.err, &f) {
		p.Where, p.Lines, p.Instance = f.Task.At, f.Lines, f.Task.Name
		p.Likely = f.Likely
		if p.Likely == "" {
			p.Likely = fmt.Sprintf("%s must pass; banyan start %s tries it again", f.Task.Name, s.Name)
		}
	}
}
