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
	// still tells which services stay as they are; nil is none.
	still func(api.Service) still
	// tell says what else follows, of the services before and after it, and the named ones; nil is nothing.
	tell func(before, after []api.Service, named []string)
}

// wishCommand finishes a command that asks for a wish.
func (s *shell) wishCommand(cmd *cobra.Command, w wish) *cobra.Command {
	wait, timeout := false, time.Minute
	cmd.ValidArgsFunction = s.startable
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		client, err := s.client()
		if err != nil {
			return err
		}
		named, before, err := s.expanded(cmd.Context(), client, args)
		if err != nil {
			return err
		}
		asked := s.Now()
		if err := w.ask(client, cmd.Context(), args...); err != nil {
			return s.running(err)
		}
		after, err := client.Services(cmd.Context())
		if err != nil {
			return s.running(err)
		}
		if named = append(named, brought(before, after, named)...); len(args) == 0 {
			named = names(ours(before))
		}
		done, kept := w.split(before, named)
		if w.tell != nil {
			w.tell(before, after, done)
		}
		for _, line := range kept {
			s.note("%s\n", line)
		}
		switch {
		case len(done) == 0:
			return nil
		case len(args) == 0 && len(kept) == 0:
			done = []string{"all services"}
		}
		if !wait {
			s.note("%s %s\n", w.doing, terminal.Several(done, 6))
			return nil
		}
		if err := s.settle(cmd.Context(), client, settling{named, timeout, func(service api.Service) bool { return w.settled(service, asked) }}); err != nil {
			return err
		}
		s.note("%s %s\n", terminal.Several(done, 6), w.did)
		return nil
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when it is done")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long --wait may take")
	s.located(cmd)
	return cmd
}

// started is how a service is that was started at any time.
func started(service api.Service, _ time.Time) bool { return allReady(service) }

func allReady(service api.Service) bool {
	return service.Elsewhere() || service.Absent || service.Phase == api.Running && service.Ready >= service.Desired
}
