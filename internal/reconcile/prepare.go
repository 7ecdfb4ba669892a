package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/supervise"
	"github.com/banyan-run/banyan/internal/unit"
)

// job looks at the sources of one service and builds it where needed. It runs beside the loop.
type job struct {
	cancel context.CancelFunc
	need   need
	// version is what the job prepares, without its release yet.
	version version
	// building says that its build has begun, or waits for its turn among others.
	building, queued bool
	// waits is the resource that the service cannot start without and that is not ready; empty when there is none.
	waits string
	// hook is the task that runs before it, empty while none does; running the release that runs, empty when none does.
	hook, running string
}

// result is what a job found.
type result struct {
	// artifact is the hash over what instances are started from, but for the specification.
	artifact string
	built    *built
	took     time.Duration
	cached   bool
	err      error
}

// prepare begins a job when the service needs one and shall run.
func (l *loop) prepare(k *kept) {
	if !l.due(k) || time.Now().Before(k.need.notBefore) {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{cancel: cancel, need: k.need, version: version{k.app, k.service, k.spec, ""}}
	k.need, k.job = need{}, j
	if k.current != nil && (len(l.statuses[k.name]) > 0 || k.memory.Within.Current != "") {
		j.running = k.current.release
	}
	past := k.memory.Built
	l.group.Go("preparing "+k.name, func(group context.Context) error {
		defer cancel()
		defer context.AfterFunc(group, cancel)()
		found := l.work(ctx, j, past, func(building bool) {
			l.tell(ctx, func(*loop) { j.queued, j.building = !building, building })
		})
		if found.err == nil {
			found.err = l.equipped(ctx, j)
		}
		if found.err == nil {
			found.err = l.before(ctx, j, found.artifact)
		}
		l.tell(group, func(l *loop) { l.prepared(k, j, found) })
		return nil
	})
}

// due tells whether a service needs a job, shall run, and has none.
func (l *loop) due(k *kept) bool {
	return k.need.pending && k.job == nil && l.down == nil && k.count() > 0
}

// tell has the loop do something and does not wait for it.
func (r *Reconciler) tell(ctx context.Context, do func(*loop)) {
	select {
	case r.asks <- ask{do: func(l *loop) error { do(l); return nil }}:
	case <-ctx.Done():
	case <-r.over:
	}
}

// work is done by the job's own goroutine: it touches nothing of the loop's.
func (r *Reconciler) work(ctx context.Context, j *job, past *built, stage func(building bool)) result {
	s := j.version.service
	if !take(ctx, r.hashing) {
		return result{err: ctx.Err()}
	}
	now, err := r.look(j.version)
	<-r.hashing
	if len(s.Build.Argv) == 0 {
		if err != nil {
			r.blind(s, err)
		}
		return result{artifact: now.Sources}
	}
	if err == nil && !j.need.force && past != nil && *past == now {
		return result{artifact: now.hash(), built: &now, cached: true}
	}
	stage(false)
	if !take(ctx, r.building) {
		return result{err: ctx.Err()}
	}
	defer func() { <-r.building }()
	stage(true)
	began := time.Now()
	if err := r.means.Builder.Build(ctx, r.buildSpec(s), r.output(s.Name)); err != nil {
		return result{err: err}
	}
	took := time.Since(began)
	after, err := r.look(j.version)
	if err != nil {
		r.blind(s, err)
	}
	after.Sources = now.Sources // a source that was changed meanwhile is not what was built
	return result{artifact: after.hash(), built: &after, took: took}
}

// blind tells of sources that cannot be hashed: the service runs, and its changes are not seen.
func (r *Reconciler) blind(s *graph.Service, err error) {
	r.means.Journal.Record(journal.Entry{
		Kind: journal.Notice, Subject: s.Name, Text: "the sources of " + s.Name + " cannot be told apart", Why: err.Error(), Where: s.At,
	})
}

// take waits for one of the places of a channel.
func take(ctx context.Context, places chan struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// prepared takes up what a job found.
func (l *loop) prepared(k *kept, j *job, found result) {
	k.job = nil
	switch {
	case l.kept[k.name] != k || k.removal != nil || l.down != nil:
		return
	case errors.Is(found.err, context.Canceled):
		l.again(k, j)
		return
	case found.err != nil:
		l.failed(k, j, found.err)
	default:
		l.succeeded(k, j, found)
	}
	k.storm.worked(time.Now())
	l.saveHashes()
	k.memory.Within.Pending, k.memory.Within.Again = "", false
	if k.need.pending {
		k.memory.Within.Pending, k.memory.Within.Again = k.need.why, k.need.again
	}
}

// saveHashes keeps what was hashed once nothing is being looked at, so that the next process need not read everything.
func (l *loop) saveHashes() {
	for _, k := range l.order {
		if k.job != nil {
			return
		}
	}
	l.group.Go("keeping hashes", func(ctx context.Context) error {
		if take(ctx, l.saving) {
			defer func() { <-l.saving }()
			_ = l.means.Builder.Save() // Close tells when it cannot be kept
		}
		return nil
	})
}

// again puts back what a job that was ended was to do.
func (l *loop) again(k *kept, j *job) {
	before := k.need
	k.need = need{}
	k.want(j.need)
	if before.pending {
		k.want(before)
	}
}

func (l *loop) failed(k *kept, j *job, err error) {
	k.problem, k.cached, k.builtIn = l.problem(j.version.service, err), false, 0
	why := j.need.why
	if k.current != nil && len(l.statuses[k.name]) > 0 {
		why += "; release " + k.current.release + " runs on"
	}
	kind := journal.Build
	if k.problem.Code == diag.TaskFailed {
		kind = journal.Task
	}
	l.means.Journal.Record(journal.Entry{
		Kind: kind, Subject: k.name, Text: k.problem.Text, Why: why, Where: k.problem.Where, Code: k.problem.Code, Lines: k.problem.Lines,
	})
}

func (l *loop) succeeded(k *kept, j *job, found result) {
	if found.built != nil {
		k.memory.Built, k.builtIn, k.cached = found.built, found.took, found.cached
		if !found.cached {
			l.means.Journal.Record(journal.Entry{
				Kind: journal.Build, Subject: k.name, Text: fmt.Sprintf("built %s in %s", k.name, unit.Duration(found.took)), Why: j.need.why,
				Where: j.version.service.Build.At,
			})
		}
	}
	k.problem = nil
	if j.version.spec != k.spec || k.need.pending && !k.need.quiet {
		// A newer wish is waiting: replacing instances twice would help nobody.
		k.need.again = k.need.again || j.need.again
		return
	}
	next := j.version
	next.service, next.app = k.service, k.app
	next.release = l.stamp(k, j, found.artifact)
	replaced := k.current != nil && k.current.release != next.release
	k.current = &next
	if replaced || j.need.again || k.why == "" {
		k.why = j.need.why
	}
	if j.need.again {
		k.memory.Within.Generation++
	}
	k.memory.Within.Current, k.memory.Within.Spec = next.release, next.spec
}

// problem says why a build failed.
func (l *loop) problem(s *graph.Service, err error) *supervise.Problem {
	p := &supervise.Problem{Code: diag.BuildFailed, Where: s.Build.At, Text: fmt.Sprintf("%s could not be built: %v", s.Name, err)}
	var hook hookError
	if errors.As(err, &hook) {
		describeHook(p, s, hook)
	} else {
		describe(p, s, err)
	}
	if l.means.Secrets != nil {
		for i, line := range p.Lines {
			p.Lines[i] = l.means.Secrets.Text(line)
		}
	}
	return p
}
