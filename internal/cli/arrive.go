package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// arrive follows the start until every service stands somewhere, and sums it up; its error says what is not ready.
func (s *shell) arrive(ctx context.Context, r *run, o upOptions) error {
	if o.wait {
		limited, cancel := context.WithTimeoutCause(ctx, o.timeout, errExpired)
		defer cancel()
		ctx = limited
	}
	services, settled := s.come(ctx, r)
	switch {
	case errors.Is(context.Cause(ctx), errExpired):
		return s.late(services, o.timeout)
	case ctx.Err() != nil:
		return silently(exitInterrupted)
	case !settled && !leaves(services):
		return s.autopsy(r, errBroken)
	}
	app, parts, err := r.asks(ctx, services)
	switch {
	case parts:
		return s.stopped(ctx, r)
	case errors.Is(err, api.ErrNotRunning):
		return s.autopsy(r, errBroken)
	case err != nil:
		return s.running(err)
	}
	h := judge(app, services)
	if err := s.list(h, func() { s.summary(r, h, o) }); err != nil || h.OK {
		return err
	}
	return silently(exitFailed)
}

// leaves tells whether somebody began to stop all of it.
func leaves(services []api.Service) bool {
	run := ours(services)
	return len(run) > 0 && !slices.ContainsFunc(run, func(service api.Service) bool {
		return service.Phase != api.Stopping && service.Phase != api.Stopped
	})
}

// partsWithin is how long the services may be stopped before the application says that it stops.
const partsWithin = time.Second

// asks how the application is, and whether it ends or is merely one whose services were all stopped.
func (r *run) asks(ctx context.Context, services []api.Service) (app api.App, parts bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, partsWithin)
	defer cancel()
	for {
		app, err = r.client.App(ctx)
		switch {
		case err == nil && app.Phase == api.Stopping, err != nil && leaves(services):
			return app, true, nil
		case !leaves(services):
			return app, false, err
		case !pause(ctx, r.keeper.Done()):
			return app, r.over(), err
		}
	}
}

// stopped ends an up whose application was stopped before it was up.
func (s *shell) stopped(ctx context.Context, r *run) error {
	select {
	case <-r.keeper.Done():
	case <-ctx.Done():
		return silently(exitInterrupted)
	}
	s.note("%s was stopped by banyan down\n", r.app.Name)
	return silently(exitFailed)
}

// come shows the progress and returns the last of it.
func (s *shell) come(ctx context.Context, r *run) (last []api.Service, settled bool) {
	v := s.view(arriving{})
	for services := range progress(ctx, r.client, r.keeper.Done()) {
		v.show(services)
		if last = services; stands(services) {
			return services, true
		}
	}
	return last, false
}

// stands tells whether no service is under way any more.
func stands(services []api.Service) bool {
	byName := map[string]api.Service{}
	for _, service := range services {
		byName[service.Name] = service
	}
	for _, service := range services {
		if underway(service, byName, map[string]bool{}) {
			return false
		}
	}
	return true
}

// underway tells whether a service will change by itself: not when it failed, nor when it waits for one that did.
func underway(service api.Service, all map[string]api.Service, seen map[string]bool) bool {
	seen[service.Name] = true
	switch {
	case service.External || allReady(service) || service.Phase == api.Failed || service.Phase == api.Stopped:
		return false
	case service.Phase != api.Waiting:
		return service.Problem == nil
	}
	for _, name := range service.Calls {
		if callee, known := all[name]; known && !seen[name] && !allReady(callee) && !underway(callee, all, seen) {
			return false
		}
	}
	return true
}

// late says of each service that is not ready why, as status does.
func (s *shell) late(services []api.Service, within time.Duration) error {
	var waiting []string
	for _, service := range ours(services) {
		if allReady(service) {
			continue
		}
		waiting = append(waiting, service.Name)
		if !s.asJSON() {
			s.showBad(service)
		}
	}
	d := diag.At(diag.Position{}, diag.WaitExpired, "not ready within %s", within)
	if len(waiting) > 0 {
		d.Message += fmt.Sprintf(": %s", terminal.Several(waiting, 4))
	}
	return ended{exitExpired, d.WithHint("it goes on starting: banyan status tells more, banyan down stops it")}
}
