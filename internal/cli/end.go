package cli

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/terminal"
)

var errForced = errors.New("interrupted twice")

const (
	// askWithin bounds the wait for a control process that hangs.
	askWithin = 3 * time.Second
	// farewellWithin bounds the graceful end that Ctrl-C of up asks for; it lies above the keeper's own bound.
	farewellWithin = 3 * time.Minute
)

// patience is ctx until the second Ctrl-C, the first of which ended ctx itself, or until within is over.
func patience(ctx context.Context, within time.Duration) (context.Context, func()) {
	patient, force := context.WithCancelCause(context.WithoutCancel(ctx))
	patient, expire := context.WithTimeoutCause(patient, within, errExpired)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
		case <-patient.Done():
			return
		}
		// Notify waits for a delivery that is under way, so the first Ctrl-C is not counted as the second.
		again := make(chan os.Signal, 1)
		signal.Notify(again, syscall.SIGINT, syscall.SIGTERM)
		defer signal.Stop(again)
		select {
		case <-again:
			force(errForced)
		case <-patient.Done():
		}
	}()
	return patient, func() { expire(); force(nil); <-ended }
}

// end stops the application in order and returns when nothing of it is left; ctx has the operator's first Ctrl-C.
func (s *shell) end(ctx context.Context, at place, within time.Duration) error {
	patient, stop := patience(ctx, within)
	defer stop()
	began := s.Now()
	client := api.Dial(at.Socket())
	s.ask(patient, client, at)
	v := s.view(leaving{})
	for services := range progress(patient, client, at.released(patient)) {
		v.show(services)
	}
	switch cause := context.Cause(patient); {
	case errors.Is(cause, errForced):
		s.warn("killing what is left")
		return at.force(context.WithoutCancel(ctx))
	case cause != nil:
		s.warn("not stopped within %s: killing what is left", within)
		return at.force(context.WithoutCancel(ctx))
	}
	s.note("down in %s\n", terminal.Seconds(s.Now().Sub(began)))
	return nil
}

// ask asks for the end: the control process, or the keeper when that one is dead or does not answer.
func (s *shell) ask(ctx context.Context, client *api.Client, at place) {
	within, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for client.Down(within) != nil {
		select {
		case <-tick.C: // the keeper may just be starting the next control process
			continue
		case <-within.Done():
		}
		if _, held, _ := at.sweep(); !held || ctx.Err() != nil {
			return
		}
		s.warn("the control process does not answer: the keeper stops the services")
		h := at.holder()
		h.Keeper.signal(syscall.SIGTERM)
		h.Control.signal(syscall.SIGKILL)
		return
	}
}
