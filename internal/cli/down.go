package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) downCommand() *cobra.Command {
	timeout := 2 * time.Minute
	cmd := &cobra.Command{
		Use: "down", Short: "Stop the application",
		Long: "Stop every service, callers first, each with its grace, then the gateway and Banyan itself, and return when nothing is left.\n" +
			"After --timeout, or at the second Ctrl-C, what is left is killed. Exits 0 when nothing runs afterwards, whether or not something\n" +
			"ran before. The data of services and .banyan stay.",
		Example: "  banyan down\n  banyan down --timeout 10s",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.down(cmd.Context(), timeout) },
	}
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long services may take to end by themselves")
	s.located(cmd)
	return cmd
}

func (s *shell) down(ctx context.Context, timeout time.Duration) error {
	at, err := s.place()
	if err != nil {
		return err
	}
	killed, held, err := at.sweep()
	switch {
	case err != nil:
		return err
	case held:
		s.note("stopping %s · Ctrl-C twice kills what is left\n", s.called(ctx, at))
		return s.end(ctx, at, timeout)
	case len(killed) > 0:
		s.note("nothing ran in %s; %s of an earlier run ended\n", at.root, pick(len(killed) == 1, "1 process", terminal.Plural(len(killed), "processe")))
		return nil
	}
	s.note("nothing runs in %s\n", at.root)
	return nil
}

// called is the name of what runs, or its folder when nobody tells.
func (s *shell) called(ctx context.Context, at place) string {
	ctx, cancel := context.WithTimeoutCause(ctx, completeWithin, errors.New("no answer"))
	defer cancel()
	app, err := api.Dial(api.Socket(at.root)).App(ctx)
	if err != nil {
		return at.root
	}
	return app.Name
}
