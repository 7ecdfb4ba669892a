package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/migration"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) upgradeCommand() *cobra.Command {
	timeout := time.Minute
	cmd := &cobra.Command{
		Use: "upgrade", Short: "Have this banyan control what runs, instead of the one that does",
		Long: "Hand the running application over to the program that you call now, of a newer version or of an older one. Services keep running, new\n" +
			"requests are answered by the new one, and the former one ends when it has answered what it had begun. The keeper stays of the version\n" +
			"that began the run.",
		Example: "  banyan upgrade\n  ./banyan-1.4 upgrade\n  banyan upgrade -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.upgrade(cmd.Context(), timeout) },
	}
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long the new one may take to be in control")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

// upgraded is what a hand-over came to.
type upgraded struct {
	App    string `json:"app"`
	Before string `json:"before"`
	After  string `json:"after"`
	PID    int    `json:"pid"`
	// From and To are the executables: versions do not tell two builds of one commit apart.
	From string `json:"from"`
	To   string `json:"to"`
}

func (s *shell) upgrade(ctx context.Context, timeout time.Duration) error {
	at, err := s.place()
	if err != nil {
		return err
	}
	client := at.client()
	before, err := client.App(ctx)
	if err != nil {
		return s.running(err)
	}
	// What this banyan cannot read it must not take over.
	if _, err := migration.Look(at.State()); err != nil {
		return fmt.Errorf("taking over %s: %w", before.Name, err)
	}
	var document problem.Problem
	switch err := client.Succeed(ctx, s.Executable); {
	case errors.As(err, &document) && document.Code == diag.NoSuchThing:
		return diag.At(diag.Position{}, diag.Unsupported, "banyan %s, which controls %s, cannot hand over yet", before.Version, before.Name).
			WithHint("banyan down%s, then banyan up%[1]s: what is kept stays", s.fileFlag())
	case err != nil && !errors.Is(err, api.ErrBroken):
		return s.running(err)
	}
	after, err := s.inControl(ctx, client, before, timeout)
	switch {
	case err != nil:
		return err
	case after.Executable != s.Executable:
		return fmt.Errorf("%s did not come up, so banyan %s controls %s again: %s tells why", s.Executable, after.Version, after.Name, s.short(at.log()))
	}
	done := upgraded{after.Name, before.Version, after.Version, after.PID, before.Executable, after.Executable}
	return s.list(done, func() {
		if done.Before == done.After {
			s.note("banyan %s at %s controls %s, process %d; before it was that at %s, process %d · services went on running\n",
				done.After, done.To, done.App, done.PID, done.From, before.PID)
			return
		}
		s.note("banyan %s controls %s, process %d; before it was banyan %s · services went on running\n", done.After, done.App, done.PID, done.Before)
	})
}

// inControl waits for another control process than before.
func (s *shell) inControl(ctx context.Context, client *api.Client, before api.App, within time.Duration) (api.App, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, within, errExpired)
	defer cancel()
	for {
		if app, err := client.App(ctx); err == nil && app.PID != before.PID {
			return app, nil
		}
		if !pause(ctx, nil) {
			break
		}
	}
	if !errors.Is(context.Cause(ctx), errExpired) {
		return api.App{}, silently(exitInterrupted)
	}
	return api.App{}, ended{exitExpired, diag.At(diag.Position{}, diag.WaitExpired, "nobody else controls %s after %s", before.Name, terminal.Seconds(within)).
		WithHint("banyan status%s tells who does, banyan journal%[1]s what happened", s.fileFlag())}
}
