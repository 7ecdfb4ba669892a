package cli

import (
	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
)

func (s *shell) startCommand() *cobra.Command {
	return s.wishCommand(&cobra.Command{
		Use: "start [service…]", Short: "Start services that were stopped",
		Long:    "Start the named services of the running application, all when none is named.",
		Example: "  banyan start payments\n  banyan start --wait",
	}, wish{doing: "starting", did: "started", ask: (*api.Client).Start, settled: started})
}
