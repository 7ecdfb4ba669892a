package node

import (
	"context"

	"github.com/banyan-run/banyan/internal/reconcile"
)

// wishes hands the operator's wishes to the loop.
type wishes struct{ services *reconcile.Reconciler }

// Start implements api.Wishes.
func (w wishes) Start(_ context.Context, services []string) error { return w.services.Start(services) }

// Stop implements api.Wishes.
func (w wishes) Stop(_ context.Context, services []string) error { return w.services.Stop(services) }

// Restart implements api.Wishes.
func (w wishes) Restart(_ context.Context, services []string) error {
	return w.services.Restart(services)
}

// Scale implements api.Wishes.
func (w wishes) Scale(_ context.Context, service string, replicas int) error {
	return w.services.Scale(service, replicas)
}
