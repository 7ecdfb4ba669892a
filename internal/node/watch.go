package node

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"

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
	for {
		now, version := w.file.now.Version()
		w.follow(ctx, now.app, sources)
		if !w.untilChanged(ctx, now.files, w.file.now.Changed(version)) {
			return ctx.Err()
		}
	}
}

// untilChanged returns true when the file that runs, or the list of files, is another one.
func (w *watching) untilChanged(ctx context.Context, files []string, changed <-chan struct{}) bool {
	bounded, cancel := context.WithCancel(ctx)
	defer cancel()
	changes, err := runner.WatchFiles(bounded, files, runner.Quiet)
	if err != nil {
		w.blind("the application's file", err)
	}
	for {
		select {
		case c, open := <-changes:
			if !open {
				changes = nil
				continue
			}
			if c.Err != nil {
				w.blind("the application's file", c.Err)
			}
			// What is wrong with the file is in the journal and in App.Refused.
			_, _ = w.file.Reload(ctx)
		case <-changed:
			return true
		case <-ctx.Done():
			return false
		}
	}
}

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
		var files []string
		for _, f := range c.Files {
			if relative, err := filepath.Rel(s.Dir, f); err == nil {
				f = relative
			}
			files = append(files, f)
		}
		w.services.Touched(s.Name, files)
	}
}

func (w *watching) blind(what string, err error) {
	w.journal.Record(journal.Entry{
		Kind: journal.Notice, Subject: "watch", Text: fmt.Sprintf("changes of %s may be missed", what), Why: err.Error(),
	})
}
