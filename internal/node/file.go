package node

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/snapshot"
	"github.com/banyan-run/banyan/internal/spec"
	"github.com/banyan-run/banyan/internal/subset"
)

// file is banyan.yaml: what runs of it, and what stands on the disk.
type file struct {
	options Options
	state   state
	journal journal.Recorder
	// swap makes a new version of everything live, or changes nothing.
	swap func(next *program, why string) error
	// wish is what the operator wants to run; nil is what the run began with.
	wish func() subset.Wish
	// leave begins to stop the application, and returns when no later control process would start it again.
	leave func() error
	// leaving tells whether that began; nil is never.
	leaving func() bool

	now snapshot.Value[version]
	// replaced is who answers in the place of services. nil is what the options say, which is not read yet.
	replaced snapshot.Value[map[string]graph.Replaced]
	// turn holds a token while a change is applied, or what it left is cleared away: one at a time.
	turn chan struct{}
}

// version is the file that runs.
type version struct {
	app    *graph.App
	loaded time.Time
	// files are all that it was read from, or that a next one could be read from.
	files []string
	// refused says why a newer one does not run.
	refused string
}

// read reads the file and compiles it for every consumer.
func (f *file) read() (*program, *spec.Loaded, error) {
	loaded, found := spec.Load(spec.Options{
		File: f.options.File, Environment: f.options.Environment, Environ: f.options.Environ, State: f.state.root, Apart: f.options.Project != "",
	})
	if err := found.Err(); err != nil || loaded == nil {
		found.Sort()
		return nil, loaded, found
	}
	if f.replaced.Load() == nil {
		replaced, wrong := spec.Override(loaded.App, f.options.Overrides)
		if err := wrong.Err(); err != nil {
			return nil, loaded, loaded.Illustrate(wrong)
		}
		f.replaced.Store(replaced)
	}
	loaded.App = loaded.App.With(f.replaced.Load())
	next, more := compile(loaded.App)
	if err := more.Err(); err != nil {
		more.Sort()
		return nil, loaded, loaded.Illustrate(more)
	}
	return next, loaded, nil
}

// first is the version to begin with: what ran before in this run, else the file on the disk.
func (f *file) first(takeover bool) (*program, error) {
	if takeover {
		if app, err := f.state.applied(); err == nil {
			// Who answers is kept before it is live, and what runs after that, where there is room.
			if by := f.replaced.Load(); by != nil {
				app = app.With(by)
			}
			if next, found := compile(app); !found.Failed() {
				f.now.Store(version{app: app, loaded: time.Now(), files: []string{f.options.File}})
				return next, nil
			}
		}
	}
	next, loaded, err := f.read()
	if err != nil {
		return nil, err
	}
	f.now.Store(version{app: next.app, loaded: time.Now(), files: loaded.Files})
	if err := f.state.apply(next.app); err != nil {
		return nil, unusable(f.state, err)
	}
	return next, nil
}

// Plan implements api.File.
func (f *file) Plan(context.Context) (api.Plan, error) {
	next, _, err := f.read()
	if err != nil {
		return api.Plan{}, refusal(err)
	}
	return f.plan(next.app), nil
}

func (f *file) plan(next *graph.App) api.Plan {
	now := f.now.Load()
	return api.Plan{
		File: f.options.File, Since: now.loaded.Format(time.TimeOnly), Changes: mapped(reconcile.Compare(now.app, next, f.wished()), changeOf),
	}
}

func changeOf(c reconcile.Change) api.Change {
	return api.Change{Action: string(c.Action), Subject: c.Subject, Text: c.Text, Where: where(c.At)}
}

// Reload implements api.File: it reads the file and applies it; a file that does not validate changes nothing.
func (f *file) Reload(ctx context.Context) (api.Plan, error) {
	leave, err := f.enter(ctx)
	if err != nil {
		return api.Plan{}, err
	}
	defer leave()
	if f.leaving != nil && f.leaving() {
		return api.Plan{}, reconcile.TooLate()
	}
	next, loaded, err := f.read()
	if err != nil {
		f.refuse(loaded, err)
		return api.Plan{}, refusal(err)
	}
	plan := f.plan(next.app)
	if len(plan.Changes) > 0 {
		if err := f.swap(next, sentence(plan.Changes)); err != nil {
			f.refuse(loaded, err)
			return api.Plan{}, refusal(err)
		}
		f.journal.Record(journal.Entry{
			Kind: journal.Reload, Subject: next.app.Name, Text: "applied " + count(len(plan.Changes), "change") + " of the file", Why: sentence(plan.Changes),
		})
	}
	f.now.Store(version{app: next.app, loaded: time.Now(), files: loaded.Files})
	if err := f.state.apply(next.app); err != nil {
		f.journal.Record(journal.Entry{Kind: journal.Notice, Subject: next.app.Name, Text: "the state folder cannot be written", Why: err.Error(), Code: diag.StateUnusable})
	}
	return plan, nil
}

// enter waits for the turn; leave gives it on.
func (f *file) enter(ctx context.Context) (leave func(), err error) {
	select {
	case f.turn <- struct{}{}:
		return func() { <-f.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// refuse keeps what runs, and says why the newer file does not.
func (f *file) refuse(loaded *spec.Loaded, err error) {
	text := rendered(err)
	before := f.now.Load().refused
	f.now.Update(func(v version) version {
		v.refused = text
		if loaded != nil && len(loaded.Files) > 0 {
			v.files = loaded.Files
		}
		return v
	})
	if text == before {
		return
	}
	e := journal.Entry{Kind: journal.Refused, Subject: f.now.Load().app.Name, Text: "the changed file does not validate, so nothing changed", Why: err.Error()}
	var found diag.List
	if errors.As(err, &found) && len(found) > 0 {
		e.Code, e.Where, e.Why = found[0].Code, found[0].At, found[0].Message
		e.Lines = strings.Split(strings.TrimSpace(text), "\n")
	}
	f.journal.Record(e)
}

// Down implements api.File.
func (f *file) Down() error { return f.leave() }

// refusal is why a file is not applied, as the API says it.
func refusal(err error) error {
	var found diag.List
	if !errors.As(err, &found) || len(found) == 0 {
		return err
	}
	c := problem.New(found[0].Code, "%s", strings.TrimSpace(rendered(found)))
	c.Status = 422
	return c
}

func rendered(err error) string {
	var found diag.List
	var one diag.Diagnostic
	switch {
	case errors.As(err, &found):
	case errors.As(err, &one):
		found = diag.List{one}
	default:
		return err.Error() + "\n"
	}
	var b strings.Builder
	_ = found.Render(&b) // a Builder takes everything
	return b.String()
}

// sentence says changes in one line.
func sentence(changes []api.Change) string {
	const most = 3
	var parts []string
	for i, c := range changes {
		if i == most {
			parts = append(parts, "and "+count(len(changes)-most, "other"))
			break
		}
		parts = append(parts, c.Action+" "+c.Subject+": "+c.Text)
	}
	return strings.Join(parts, "; ")
}
