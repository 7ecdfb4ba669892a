package supervise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/keeper"
)

// stop takes the instance out of the registry, lets its open exchanges end, asks the process to end, and forgets it.
func (k *kept) stop(ctx context.Context, e Ending) error {
	if k.status.PID == 0 {
		return k.forget(fmt.Sprintf("stopped %s, which did not run", k.id), e.Why)
	}
	k.move(Draining, e.Why)
	k.drain(ctx, e)
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the next control process sees that it drains, and goes on
	}
	began, grace := time.Now(), cmp.Or(e.Grace, k.order.Service.Grace)
	exit, err := k.means.Processes.Stop(ctx, k.id, grace)
	switch {
	case ctx.Err() != nil || errors.Is(err, keeper.ErrDetached):
		return nil //nolint:nilerr // the same
	case err != nil && !errors.Is(err, keeper.ErrNoChild):
		k.means.Journal.Record(journal.Entry{Kind: journal.Notice, Subject: k.id, Text: "stopping " + k.id + " failed", Why: err.Error()})
	}
	if exit.Forced {
		k.means.Journal.Record(journal.Entry{
			Kind: journal.Stop, Subject: k.id, Code: diag.StopForced, Where: k.order.Service.At, Lines: k.lines.last(),
			Text: fmt.Sprintf("%s had to be killed", k.id), Why: fmt.Sprintf("it did not end within %s after SIGTERM", grace),
		})
		return k.forget("", "")
	}
	return k.forget(fmt.Sprintf("stopped %s after %s", k.id, time.Since(began).Round(time.Millisecond)), e.Why)
}

// drain waits for the open exchanges; those that outlast it are cut by the end of the process. Another ending may shorten it
// meanwhile.
func (k *kept) drain(ctx context.Context, e Ending) {
	if e.Drain == 0 {
		e.Drain = Drain(k.order.App, k.order.Service.Name)
	}
	bounded, cancel := context.WithTimeout(ctx, e.Drain)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = k.means.Traffic.Drained(bounded, k.id)
	}()
	defer func() { cancel(); <-ended }()
	for {
		select {
		case <-ended:
			return
		case other := <-k.told:
			if other.Drain > 0 {
				defer time.AfterFunc(other.Drain, cancel).Stop()
			}
		}
	}
}

// forget drops every trace of the instance but what the journal has.
func (k *kept) forget(text, why string) error {
	k.means.Registry.Remove(k.id)
	if err := k.means.Processes.Forget(k.id); err != nil && !errors.Is(err, keeper.ErrNoChild) && !errors.Is(err, keeper.ErrDetached) {
		k.means.Journal.Record(journal.Entry{Kind: journal.Notice, Subject: k.id, Text: "the keeper did not forget " + k.id, Why: err.Error()})
	}
	if text != "" {
		k.record(journal.Stop, text, why)
	}
	k.drop(k.id)
	return nil
}
