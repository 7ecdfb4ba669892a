package cli

import (
	"context"
	"errors"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// settling is what to wait for: the named services, all when none is, are as done says.
type settling struct {
	names  []string
	within time.Duration
	done   func(api.Service) bool
}

var errExpired = errors.New("the wait expired")

// settle follows the progress until it is so; a service that fails ends the wait with its problem.
func (s *shell) settle(ctx context.Context, client *api.Client, w settling) error {
	ctx, cancel := context.WithTimeoutCause(ctx, w.within, errExpired)
	defer cancel()
	waiting := ""
	for services, err := range lasting(ctx, client.Progress) {
		if err != nil {
			break
		}
		chosen, err := selected(services, w.names)
		if err != nil {
			return err
		}
		waiting = ""
		for _, service := range chosen {
			switch {
			case w.done(service):
			case service.Phase == api.Failed && service.Problem != nil:
				s.printf("%s", s.trouble(service.Name, *service.Problem))
				return silently(exitFailed)
			default:
				waiting = terminal.Join(" · ", service.Name, service.Doing)
			}
		}
		if waiting == "" {
			return nil
		}
	}
	return s.unsettled(ctx, w, waiting)
}

func (s *shell) unsettled(ctx context.Context, w settling, waiting string) error {
	switch {
	case errors.Is(context.Cause(ctx), errExpired):
		return ended{exitExpired, diag.At(diag.Position{}, diag.WaitExpired, "not done within %s: waiting for %s", w.within, waiting).
			WithHint("banyan status tells more")}
	case ctx.Err() != nil:
		return silently(exitInterrupted)
	}
	return ended{exitNotRunning, diag.At(diag.Position{}, diag.NotRunning, "the application ended meanwhile").WithHint("banyan up starts it again")}
}
