package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// downOptions are the flags of down.
type downOptions struct {
	all, wipe bool
	timeout   time.Duration
}

func (s *shell) downCommand() *cobra.Command {
	o := downOptions{timeout: 2 * time.Minute}
	cmd := &cobra.Command{
		Use: "down", Short: "Stop the application",
		Long: "Stop every service, callers first, each with its grace, then the gateway and Banyan itself, and return when nothing is left.\n" +
			"After --timeout, or at the second Ctrl-C, what is left is killed. Exits 0 when nothing runs afterwards, whether or not something\n" +
			"ran before. What is kept in .banyan stays, so that the next up is fast and finds its ports, releases and traces again. With --all\n" +
			"every application of yours is stopped, in whatever folder. With --wipe what was stopped is forgotten too.",
		Example: "  banyan down\n  banyan down --timeout 10s\n  banyan down --wipe\n  banyan down --all",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.down(cmd.Context(), o) },
	}
	cmd.Flags().DurationVar(&o.timeout, "timeout", o.timeout, "how long services may take to end by themselves")
	cmd.Flags().BoolVar(&o.all, "all", false, "every running application of yours, copies included")
	cmd.Flags().BoolVar(&o.wipe, "wipe", false, "remove what Banyan keeps of what was stopped: ports, releases, traces, journal")
	s.located(cmd)
	return cmd
}

func (s *shell) down(ctx context.Context, o downOptions) error {
	if o.all {
		return s.downAll(ctx, o)
	}
	at, err := s.place()
	if err != nil {
		return err
	}
	if err := s.downOne(ctx, at, o.timeout); err != nil || !o.wipe {
		return err
	}
	return s.wipe(at)
}

func (s *shell) downOne(ctx context.Context, at place, timeout time.Duration) error {
	killed, held, err := at.sweep()
	switch {
	case err != nil:
		return err
	case held:
		s.note("stopping %s · Ctrl-C twice kills what is left\n", s.called(ctx, at))
		return s.end(ctx, at, timeout)
	case len(killed) > 0:
		s.note("nothing ran in %s; %s of an earlier run ended\n", at.Root, pick(len(killed) == 1, "1 process", terminal.Plural(len(killed), "processe")))
		return nil
	}
	s.note("nothing runs in %s%s\n", at.Root, pick(at.Name == "", "", " as "+at.Name))
	return nil
}

// downAll asks all at once for their end, and then sees each of them out.
func (s *shell) downAll(ctx context.Context, o downOptions) error {
	if s.file != "" || s.project != "" {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "--all stops everything, and --file or --project names one").
			WithHint("banyan down --all, or banyan down%s", s.fileFlag()))
	}
	running := atWork()
	if len(running) == 0 {
		s.note("nothing of yours runs\n")
		return nil
	}
	asking, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var called []string
	for _, at := range running {
		called = append(called, s.called(ctx, at))
		go func() { _ = api.Dial(at.Socket()).Down(asking) }() // who does not hear it is asked again below
	}
	var failures []error
	for i, at := range running {
		var err error
		if at.lives() {
			err = s.downOne(ctx, at, o.timeout)
		} else {
			s.note("%s was down meanwhile\n", called[i])
		}
		if err == nil && o.wipe {
			err = s.wipe(at)
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// wipe removes what is kept of a copy that does not run.
func (s *shell) wipe(at place) error {
	all, err := keptBelow(at.wiped())
	if err == nil {
		err = all.remove()
	}
	if err != nil {
		return err
	}
	s.note("removed %s\n", all.total())
	return nil
}

// called is the name of what runs, or its folder when nobody tells.
func (s *shell) called(ctx context.Context, at place) string {
	ctx, cancel := context.WithTimeoutCause(ctx, completeWithin, errors.New("no answer"))
	defer cancel()
	app, err := api.Dial(at.Socket()).App(ctx)
	if err != nil {
		return at.Root
	}
	if at.Name != "" {
		return app.Name + " (" + at.Name + ")"
	}
	return app.Name
}
