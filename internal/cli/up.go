package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/node"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/terminal"
)

// upOptions are the flags of up.
type upOptions struct {
	detach, wait, noWatch, isolated bool
	timeout                         time.Duration
	// names and except are the set; overlaid says that the environment was named.
	names, except []string
	overlaid      bool
	overrides     []string
}

func (o upOptions) wish() subset.Wish { return subset.Wish{Names: o.names, Except: o.except} }

func (s *shell) upCommand() *cobra.Command {
	o := upOptions{timeout: 5 * time.Minute}
	cmd := &cobra.Command{
		Use: "up [service or group…]", Short: "Build and start the application, or a part of it",
		Long: "Check banyan.yaml, build and start its services, side by side, and the gateway. In the foreground up stays, tells what changes, and\n" +
			"stops everything at Ctrl-C, or when the terminal closes; a second Ctrl-C kills. With -d the application goes on in the background.\n" +
			"A service that fails does not stop the others. A changed banyan.yaml and changed sources are applied while it runs.\n" +
			"With names, services or groups of the file, only these run and what they call; where the application runs already they join it.\n" +
			"Ports are kept between runs. --isolated starts a copy beside what runs, with state and ports of its own, the gateway's included.\n" +
			"With --override a service is not run: another one answers under a URL, its contract does (mock), or a process that you run (local:PORT).",
		Example: "  banyan up\n  banyan up -d --wait\n  banyan up orders --except recommendations\n  banyan up --env staging --no-watch\n  banyan up -d --wait -o json\n" +
			"  banyan up --isolated -d --wait\n  banyan up --override payments=mock",
		ValidArgsFunction: s.startable,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.detach = o.detach || o.wait
			o.names, o.overlaid = args, cmd.Flags().Changed("env")
			if o.isolated && s.project == "" {
				s.project = aside()
			}
			return s.up(cmd.Context(), o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.detach, "detach", "d", false, "leave it running in the background, and return at once")
	flags.BoolVar(&o.wait, "wait", false, "with -d, which it implies: return when everything is ready; 1 when a service failed")
	flags.DurationVar(&o.timeout, "timeout", o.timeout, "how long --wait may take; the application runs on after it")
	flags.BoolVar(&o.noWatch, "no-watch", false, "apply no change while it runs, neither of banyan.yaml nor of sources")
	flags.BoolVar(&o.isolated, "isolated", false, "start a copy of its own, beside others; its name is printed, or is that of --project")
	s.exceptFlag(cmd, &o.except)
	s.overrideFlag(cmd, &o.overrides)
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

// run is an application that up has just started.
type run struct {
	place
	app    *graph.App
	began  time.Time
	keeper *keeper.Process
	client *api.Client
}

func (s *shell) up(ctx context.Context, o upOptions) error {
	r, err := s.launch(ctx, o)
	if r != nil && s.mayJoin(ctx, r, o, err) {
		return s.joins(ctx, r, o)
	}
	if err != nil {
		return err
	}
	if !o.detach {
		return s.stay(ctx, r, o)
	}
	if o.wait {
		err = s.arrive(ctx, r, o)
	} else {
		err = s.leave(ctx, r)
	}
	if ctx.Err() != nil {
		s.warn("%s goes on starting · banyan down%s stops it", r.app.Name, s.fileFlag())
	}
	return err
}

// stay is up in the foreground.
func (s *shell) stay(ctx context.Context, r *run, o upOptions) error {
	err := s.arrive(ctx, r, o)
	if ctx.Err() == nil && !r.over() {
		s.refuse(err)
		err = s.attend(ctx, r)
	}
	if !r.over() {
		return s.farewell(ctx, r)
	}
	return err
}

// launch reads the file and starts the keeper. Beside the error that it runs already stands the run that was meant.
func (s *shell) launch(ctx context.Context, o upOptions) (*run, error) {
	at, err := s.place()
	if err != nil {
		return nil, err
	}
	began := s.Now()
	loaded, warnings, err := s.load(at)
	if err != nil {
		return nil, err
	}
	app, err := overridable(loaded, o.overrides)
	if err != nil {
		return nil, err
	}
	if len(warnings) > 0 && !s.quiet {
		s.diagnostics(s.Err, warnings)
	}
	if err := checked(app, o.wish()); err != nil {
		return nil, err
	}
	r := &run{place: at, app: app, began: began, client: at.client()}
	if r.keeper, err = s.spawn(at, o); err != nil {
		return r, s.unlaunched(ctx, r, err)
	}
	s.note("%s · %s · %s\n", s.paint(terminal.Bold, r.app.Name), size(r.app, o.wish()), s.short(at.file)+pick(at.Name == "", "", " · project "+at.Name))
	return r, nil
}

// unlaunched says who runs it already, or what the processes that did not come up wrote.
func (s *shell) unlaunched(ctx context.Context, r *run, err error) error {
	var d diag.Diagnostic
	switch is := errors.As(err, &d); {
	case is && d.Code == diag.AlreadyRunning:
		return s.taken(ctx, r, d)
	case is:
		return d
	}
	return s.autopsy(r, err)
}

func (s *shell) taken(ctx context.Context, r *run, d diag.Diagnostic) error {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	if app, err := r.client.App(ctx); err == nil {
		d.Message = terminal.Join(" ", app.Name, "already runs in", app.Root, "since", terminal.Clock(s.Now(), app.Started)+",",
			"in the environment", app.Environment+":", "keeper", terminal.Positive(app.Keeper)+",", "gateway", app.Gateway)
	}
	return d.WithHint("use it (banyan ps, banyan logs -f), or stop it with banyan down%s", s.fileFlag())
}

// autopsy says why a run ended right after its start: what the control process left word of, or where else to look.
func (s *shell) autopsy(r *run, err error) error {
	if word := strings.TrimSpace(node.Failure(r.Place)); word != "" {
		fmt.Fprintln(s.Err, strings.TrimPrefix(word, "-: "))
		return silently(exitFailed)
	}
	if errors.Is(err, errBroken) {
		return fmt.Errorf("%s %w: banyan down stopped it, or %s tells why", r.app.Name, err, r.log())
	}
	return err
}

// over tells whether the keeper has ended.
func (r *run) over() bool {
	select {
	case <-r.keeper.Done():
		return true
	default:
		return false
	}
}

// leave returns once the control API answers.
func (s *shell) leave(ctx context.Context, r *run) error {
	for range progress(ctx, r.client, r.keeper.Done()) {
		app, err := r.client.App(ctx)
		if err != nil {
			continue
		}
		return s.list(app, func() {
			s.note("  gateway    %s\n", app.Gateway)
			s.secure(app)
			s.note("%s is starting in the background\n  banyan status%[2]s  tells how far it is\n  banyan down%[2]s    stops it\n", app.Name, s.fileFlag())
		})
	}
	if ctx.Err() != nil {
		return silently(exitInterrupted)
	}
	return s.autopsy(r, errBroken)
}

var errBroken = errors.New("ended before it was up")

// farewell is what Ctrl-C of a foreground run does.
func (s *shell) farewell(ctx context.Context, r *run) error {
	s.note("\nstopping %s · Ctrl-C again kills what is left\n", r.app.Name)
	if err := s.end(ctx, r.place, farewellWithin); err != nil {
		s.refuse(err)
		return silently(exitFailed)
	}
	return silently(exitInterrupted)
}
