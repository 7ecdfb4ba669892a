package node

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/reconcile"
	"github.com/banyan-run/banyan/internal/runner"
)

// watching looks at the application's file and at the sources of the services that ask for it.
type watching struct {
	file     *file
	services *reconcile.Reconciler
	journal  journal.Recorder
	group    *lifecycle.Group
}

// run watches until ctx ends. Whenever the file that runs changes, it watches what that one names.
func (w *watching) run(ctx context.Context) error {
	sources := map[string]*watched{}
	defer func() {
		for _, s := range sources {
			s.cancel()
		}
	}()
	for ctx.Err() == nil {
		w.untilOthers(ctx, w.file.now.Load().files, sources)
	}
	return ctx.Err()
}

// untilOthers watches files until others are to be watched. A watch lasts over reloads: what is written while one is under way
// is seen by it, and what was written before it began is read at once.
func (w *watching) untilOthers(ctx context.Context, files []string, sources map[string]*watched) {
	bounded, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, err := runner.WatchFiles(bounded, files, runner.Quiet)
	if err != nil {
		w.blind("the application's file", err)
	}
	w.reload(ctx)
	for {
		now, version := w.file.now.Version()
		if !slices.Equal(now.files, files) {
			return
		}
		w.follow(ctx, now.app, sources)
		select {
		case c, open := <-changes:
			if !open {
				changes = nil
				continue
			}
			if c.Err != nil {
				w.blind("the application's file", c.Err)
			}
			w.reload(ctx)
		case <-w.file.now.Changed(version):
		case <-ctx.Done():
			return
		}
	}
}

// reload applies the file. What is wrong with it is in the journal and in App.Refused.
func (w *watching) reload(ctx context.Context) { _, _ = w.file.Reload(ctx) }

// watched is one service whose sources are looked at.
type watched struct {
	dir    string
	rules  graph.Watch
	cancel context.CancelFunc
}

// follow begins and ends watching so that it is as the application says.
func (w *watching) follow(ctx context.Context, app *graph.App, sources map[string]*watched) {
	for name, s := range sources {
		declared, there := app.Service(name)
		if !there || declared.Dir != s.dir || !reflect.DeepEqual(declared.Watch.Paths, s.rules.Paths) ||
			!reflect.DeepEqual(declared.Watch.Ignore, s.rules.Ignore) || !declared.Watch.On {
			s.cancel()
			delete(sources, name)
		}
	}
	for _, s := range app.Services {
		if !s.Watch.On || sources[s.Name] != nil {
			continue
		}
		bounded, cancel := context.WithCancel(ctx)
		sources[s.Name] = &watched{s.Dir, s.Watch, cancel}
		w.group.Go("watching "+s.Name, func(context.Context) error { w.source(bounded, s); return nil })
	}
}

func (w *watching) source(ctx context.Context, s *graph.Service) {
	changes, err := runner.Watch(ctx, s.Dir, runner.Patterns{Paths: s.Watch.Paths, Ignore: s.Watch.Ignore}, runner.Quiet)
	if err != nil {
		w.blind("the sources of "+s.Name, err)
		return
	}
	for c := range changes {
		if c.Err != nil {
			w.blind("the sources of "+s.Name, c.Err)
		}
		w.services.Touched(s.Name, touched(s.Dir, c))
	}
}

// touched are the files of a change, relative to dir; none when some may have been missed, for then it is not known which.
func touched(dir string, c runner.Change) []string {
	if c.Err != nil {
		return nil
	}
	var files []string
	for _, f := range c.Files {
		if relative, err := filepath.Rel(dir, f); err == nil {
			f = relative
		}
		files = append(files, f)
	}
	return files
}

func (w *watching) blind(what string, err error) {
	w.journal.Record(journal.Entry{
		Kind: journal.Notice, Subject: "watch", Text: fmt.Sprintf("changes of %s may be missed", what), Why: err.Error(),
	})
}
