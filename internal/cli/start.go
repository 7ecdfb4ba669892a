package cli

import (
	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
)

func (s *shell) startCommand() *cobra.Command {
	return s.wishCommand(&cobra.Command{
		Use: "start [service or group…]", Short: "Start services, with what they call",
		Long: "Start the named services of the running application, those of groups, and what they call: what was stopped, and what is not in the\n" +
			"set of this run, which they join. Without a name, all of the set that was stopped.",
		Example: "  banyan start payments\n  banyan start --wait",
	}, wish{doing: "starting", did: "started", ask: (*api.Client).Start, settled: started, still: runs})
}
