package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

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
			names, err := s.scale(cmd.Context(), args)
			if err != nil || !wait {
				return err
			}
			client, err := s.client()
			if err != nil {
				return err
			}
			return s.settle(cmd.Context(), client, settling{names, timeout, allReady})
		},
		ValidArgsFunction: func(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
			names, directive := s.services(cmd, given, begun)
			for i := range names {
				names[i] += "="
			}
			return names, directive | cobra.ShellCompDirectiveNoSpace
		},
	}
	cmd.Flags().BoolVar(&wait, "wait", false, "return when all are ready")
	cmd.Flags().DurationVar(&timeout, "timeout", timeout, "how long --wait may take")
	s.located(cmd)
	return cmd
}

// scale reads every argument before it asks for anything.
func (s *shell) scale(ctx context.Context, args []string) ([]string, error) {
	names, counts := make([]string, len(args)), make([]int, len(args))
	for i, arg := range args {
		name, text, _ := strings.Cut(arg, "=")
		n, err := strconv.Atoi(text)
		if err != nil || name == "" || n < 0 || n > graph.MaxReplicas {
			return nil, misuse(diag.At(diag.Position{}, diag.BadArgument, "%q is not service=count with a count of 0 to %d", arg, graph.MaxReplicas).
				WithHint("for example: banyan scale catalog=3"))
		}
		names[i], counts[i] = name, n
	}
	client, err := s.client()
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		if err := client.Scale(ctx, name, counts[i]); err != nil {
			return nil, s.running(err)
		}
		s.note("%s is kept at %s\n", name, terminal.Plural(counts[i], "instance"))
	}
	return names, nil
}
