package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
)

func (s *shell) restartCommand() *cobra.Command {
	return s.wishCommand(&cobra.Command{
		Use: "restart [service or group…]", Short: "Replace each instance without failing a request",
		Long:    "Replace each instance of the named services, all when none is named: a new one becomes ready before the old one is stopped.",
		Example: "  banyan restart orders\n  banyan restart orders --wait",
	}, wish{doing: "restarting", did: "restarted", ask: (*api.Client).Restart, settled: replaced})
}

// replaced is how a service is when none of its instances is older than the wish.
func replaced(service api.Service, asked time.Time) bool {
	old := func(i api.Instance) bool { return i.Started.Before(asked) }
	return allReady(service) && !slices.ContainsFunc(service.Instances, old)
}
