package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) scaleCommand() *cobra.Command {
	wait, timeout := false, time.Minute
	cmd := &cobra.Command{
		Use: "scale service=count…", Short: "Change how many instances are kept",
		Long:    "Change how many instances of a service are kept, until the application ends or the file says otherwise.",
		Example: "  banyan scale catalog=3\n  banyan scale catalog=3 orders=2 --wait",
		Args:    takes(1, -1, "service=count, once or more often"),
		RunE: func(cmd *cobra.Command, args []string) error {
			wanted, err := counts(args)
			if err != nil {
				return err
			}
			client, err := s.client()
			if err == nil {
				err = s.scale(cmd.Context(), client, wanted)
			}
			if err != nil || !wait {
				return err
			}
			return s.settle(cmd.Context(), client, settling{wanted.names, timeout, wanted.kept})
		},
		ValidArgsFunction: func(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
			names, directive := s.services(cmd, given, begun)
			for i := range names {
				names[i] += "="
			}
			return names, directive | cobra.ShellCompDirectiveNoSpace
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when it is so")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long --wait may take")
	s.located(cmd)
	return cmd
}

// scaling is how many instances are wanted of each named service.
type scaling struct {
	names []string
	count map[string]int
}

// counts reads every argument before anything is asked for.
func counts(args []string) (scaling, error) {
	wanted := scaling{count: map[string]int{}}
	for _, arg := range args {
		name, text, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(text)
		if err != nil || name == "" || n < 0 || n > graph.MaxReplicas {
			return scaling{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "%q is not service=count with a count of 0 to %d", arg, graph.MaxReplicas).
				WithHint("for example: banyan scale catalog=3"))
		}
		wanted.names, wanted.count[name] = append(wanted.names, name), n
	}
	return wanted, nil
}

// kept tells whether a service is as was wanted: of none there is nothing that could be ready.
func (w scaling) kept(service api.Service) bool {
	if w.count[service.Name] == 0 {
		return service.Phase == api.Stopped
	}
	return service.Desired == w.count[service.Name] && allReady(service)
}

func (s *shell) scale(ctx context.Context, client *api.Client, wanted scaling) error {
	if _, err := s.there(ctx, client, wanted.names...); err != nil {
		return err
	}
	for _, name := range wanted.names {
		n := wanted.count[name]
		if err := client.Scale(ctx, name, n); err != nil {
			return s.running(err)
		}
		s.note("%s is kept at %s\n", name, terminal.Plural(n, "instance"))
	}
	return nil
}
