package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
)

func (s *shell) stopCommand() *cobra.Command {
	return s.wishCommand(&cobra.Command{
		Use: "stop [service or group…]", Short: "Stop services and keep them stopped",
		Long: "Stop the named services of the running application, all when none is named. They stay stopped until banyan start; the gateway and\n" +
			"everything else stay up. banyan down ends the application itself.",
		Example: "  banyan stop payments\n  banyan stop payments --wait",
	}, wish{doing: "stopping", did: "stopped", ask: (*api.Client).Stop, tell: s.needed, still: rests, settled: func(service api.Service, _ time.Time) bool {
		return service.External || service.Phase == api.Stopped
	}})
}
