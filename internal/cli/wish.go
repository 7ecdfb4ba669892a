package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

// wish is one of start, stop and restart: the same flags, and the same way to wait for it.
type wish struct {
	// doing names what is asked for, did what was done; settled tells when a service is as was wished at asked.
	doing, did string
	ask        func(*api.Client, context.Context, ...string) error
	settled    func(service api.Service, asked time.Time) bool
}

// wishCommand finishes a command that asks for a wish.
func (s *shell) wishCommand(cmd *cobra.Command, w wish) *cobra.Command {
	wait, timeout := false, time.Minute
	cmd.ValidArgsFunction = s.services
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := s.client()
		if err != nil {
			return err
		}
		if _, err := s.there(cmd.Context(), client, args...); err != nil {
			return err
		}
		asked := s.Now()
		if err := w.ask(client, cmd.Context(), args...); err != nil {
			return s.running(err)
		}
		if !wait {
			s.note("%s %s\n", w.doing, terminal.Several(orAll(args), 6))
			return nil
		}
		if err := s.settle(cmd.Context(), client, settling{args, timeout, func(service api.Service) bool { return w.settled(service, asked) }}); err != nil {
			return err
		}
		s.note("%s %s\n", terminal.Several(orAll(args), 6), w.did)
		return nil
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when it is done")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long --wait may take")
	s.located(cmd)
	return cmd
}

func orAll(names []string) []string {
	if len(names) == 0 {
		return []string{"all services"}
	}
	return names
}

// started is how a service is that was started at any time.
func started(service api.Service, _ time.Time) bool { return allReady(service) }

func allReady(service api.Service) bool {
	return service.External || service.Phase == api.Running && service.Ready >= service.Desired
}
