package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/supervise"
)

// equipped waits until every resource that a service uses is ready: no proxy could hold what is sent there before.
func (r *Reconciler) equipped(ctx context.Context, j *job) error {
	app, uses := j.version.app, j.version.service.Uses
	if len(uses) == 0 {
		return nil
	}
	// What is being applied shows on the board after this: a resource that is about to be replaced does not count as ready.
	_ = r.ask(func(*loop) error { return nil })
	told := ""
	for {
		board, version := r.board.Version()
		missing := unready(app, uses, board)
		if missing != told {
			told = missing
			r.tell(ctx, func(*loop) { j.queued, j.building, j.waits = false, false, missing })
		}
		if missing == "" {
			return nil
		}
		select {
		case <-r.board.Changed(version):
		case <-ctx.Done():
			return ctx.Err()
		case <-r.over:
			return context.Canceled
		}
	}
}

// unready is the first resource that runs and is not ready, empty when there is none.
func unready(app *graph.App, uses []graph.Use, board []Service) string {
	for _, use := range uses {
		resource, there := app.Resource(use.Resource)
		if !there || !resource.Runs() {
			continue
		}
		ready := slices.ContainsFunc(board, func(s Service) bool { return s.Name == use.Resource && s.Phase == Running && s.Ready > 0 })
		if !ready {
			return use.Resource
		}
	}
	return ""
}

// awaited says what the resource that a service waits for does.
func (l *loop) awaited(k *kept) string {
	on := l.kept[k.job.waits]
	if on == nil {
		return "waits for " + k.job.waits
	}
	if why := on.absent(); why != "" {
		return "waits for " + why
	}
	return "waits for " + on.name
}

// stuck is the problem of a service whose resource failed, nil when it is not so.
func (l *loop) stuck(k *kept) *supervise.Problem {
	if k.job == nil || k.job.waits == "" || l.down != nil {
		return nil
	}
	on := l.kept[k.job.waits]
	if on == nil {
		return nil
	}
	state := l.view(on)
	if state.Phase != Failed || state.Problem == nil {
		return nil
	}
	use, _ := k.service.Use(on.name)
	return &supervise.Problem{
		Code: state.Problem.Code, Where: use.At, Next: state.Problem.Next,
		Text:   fmt.Sprintf("%s waits for the resource %s, which is not ready", k.name, on.name),
		Likely: state.Problem.Text,
	}
}
