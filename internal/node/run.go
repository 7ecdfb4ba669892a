package node

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/lifecycle"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/subset"
)

// Options say which application a control process runs.
type Options struct {
	// File is the absolute path of banyan.yaml; Environment the overlay; Project the name of the copy, empty for the application itself.
	File, Environment, Project string
	// Environ is what banyan up was started with, as in os.Environ.
	Environ []string
	// Wish is what runs of the application; what is asked for while it runs outlives a control process, and begins anew with each run.
	Wish subset.Wish
	// Version is that of the binary.
	Version string
	// Watch says whether changes of the file and of sources are applied as they come.
	Watch bool
	// Overrides are what banyan up --override was given, NAME=URL, NAME=mock or NAME=local:PORT. What was attached since is kept with
	// the run.
	Overrides []string
}

// place is the copy that runs.
func (o Options) place() project.Place {
	return project.Place{Root: filepath.Dir(o.File), Name: o.Project}
}

// errKeeperGone ends a control process whose keeper died.
var errKeeperGone = errors.New("the keeper is gone")

// Run is the control process: it attaches to the keeper that started it, runs the application, and returns when everything
// was stopped: because the operator asked for it, or because ctx ended. When the keeper dies it ends what the keeper left.
// What kept it from beginning is an error, and Failure tells it to whoever waits for the application.
func Run(ctx context.Context, o Options) error {
	link, err := keeper.Attach(ctx)
	if err != nil {
		return err
	}
	at, run := o.place(), link.Run()
	// What runs goes on while it is being stopped, so nothing of it hangs on ctx.
	inner := context.WithoutCancel(ctx)
	_ = os.Remove(failureOf(at)) // what an earlier run left there is not about this one
	// What answers requests outlasts what keeps and decides: when another process takes over, it answers what it had begun.
	group, serving := lifecycle.NewGroup(inner), lifecycle.NewGroup(inner)
	n, err := begin(inner, group, serving, link, o)
	if err == nil {
		err = errors.Join(link.Ready(), n.until(ctx, group, serving))
	} else {
		err = errors.Join(err, leaveWord(at, err))
	}
	if errors.Is(err, errHandOver) {
		return n.handOver(ctx, group, serving)
	}
	if !errors.Is(err, errKeeperGone) {
		err = errors.Join(err, link.Shutdown(inner))
	}
	err = errors.Join(err, group.Stop(inner), serving.Stop(inner), link.Close())
	if errors.Is(err, errKeeperGone) || errors.Is(err, keeper.ErrDetached) {
		_, swept := keeper.Sweep(at.Run(), run)
		err = errors.Join(err, swept)
	}
	return err
}

// running is an application at work.
type running struct {
	link        *keeper.Client
	application *application
	journal     journal.Recorder
	// leaving is closed when the operator asked for the end.
	leaving chan struct{}
	// successors are the programs that are to take over.
	successors <-chan string
	// successor is the one that does.
	successor string
}

// until returns when everything was stopped, or when the keeper is gone.
func (n *running) until(ctx context.Context, group, serving *lifecycle.Group) error {
	why := "banyan down"
	failed := make(chan error, 2)
	go func() { failed <- group.Wait() }() // both end when the groups do, which Run sees to
	go func() { failed <- serving.Wait() }()
	select {
	case n.successor = <-n.successors:
		return errHandOver
	case <-n.leaving:
	case <-ctx.Done():
		why = "the run ended"
	case err := <-failed:
		return err
	case <-n.link.Done():
		return errKeeperGone
	}
	n.application.phase.Store(api.Stopping)
	name := n.application.file.now.Load().app.Name
	n.journal.Record(journal.Entry{Kind: journal.Down, Subject: name, Text: "stopping " + name, Why: why})
	stopping, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	go func() {
		select {
		case <-n.link.Done():
			cancel()
		case <-stopping.Done():
		}
	}()
	err := n.application.services.Down(stopping)
	if errors.Is(err, context.Canceled) {
		return errKeeperGone
	}
	return err
}

func failureOf(at project.Place) string { return filepath.Join(at.Run(), "failure") }

// leaveWord tells whoever waits for the application why it did not begin.
func leaveWord(at project.Place, err error) error {
	return os.WriteFile(failureOf(at), []byte(rendered(err)), 0o600)
}

// Failure is why the last control process of a copy did not begin, as a person reads it; empty when it did. Where
// no word could be left, because the disk is full, it is that.
func Failure(at project.Place) string {
	text, err := os.ReadFile(failureOf(at))
	if err == nil && len(text) > 0 {
		return string(text)
	}
	s := state{at.State()}
	if err := s.writable(); err != nil && !errors.Is(err, os.ErrNotExist) {
		return rendered(unusable(s, err))
	}
	return ""
}
