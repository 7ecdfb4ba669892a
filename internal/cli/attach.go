package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/spec"
	"github.com/banyan-run/banyan/internal/terminal"
)

// overrideFlag says who answers in a service's place.
func (s *shell) overrideFlag(cmd *cobra.Command, overrides *[]string) {
	cmd.Flags().StringArrayVar(overrides, "override", nil, "`service=URL`, service=mock or service=local:PORT: it is not run, and that answers instead; may be repeated")
	_ = cmd.RegisterFlagCompletionFunc("override", func(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
		names, directive := s.services(cmd, given, begun)
		for i := range names {
			names[i] += "="
		}
		return names, directive | cobra.ShellCompDirectiveNoSpace
	})
}

// overridable is the application as it runs with overrides; those that it cannot have are refused. What no line of the file would change
// stands for itself.
func overridable(loaded *spec.Loaded, given []string) (*graph.App, error) {
	replaced, wrong := spec.Override(loaded.App, given)
	if len(wrong) == 1 && wrong[0].At.IsZero() {
		return nil, misuse(wrong[0])
	}
	if err := loaded.Illustrate(wrong).Err(); err != nil {
		return nil, err
	}
	return loaded.App.With(replaced), nil
}

func (s *shell) attachCommand() *cobra.Command {
	var wish api.Attachment
	cmd := &cobra.Command{
		Use: "attach <service>", Short: "Send a service's requests to a process that you run",
		Long: "Send the requests for a service to a process on this machine, in an editor say: all of them, or those that carry a header. Its own\n" +
			"instances stay, and answer what the process does not get, and everything while it is not there. It is probed as they are. A request\n" +
			"carries the header as far as services pass it on. banyan env <service> --export prints the environment that the process needs.",
		Example:           "  banyan attach payments --port 8081\n  banyan attach payments --port 8081 --header 'X-Dev: me'",
		Args:              takes(1, 1, "a service"),
		ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("port") {
				return misuse(diag.At(diag.Position{}, diag.BadArgument, "attach needs a port").WithHint("for example: banyan attach %s --port 8081", args[0]))
			}
			return s.attach(cmd.Context(), args[0], wish)
		},
	}
	cmd.Flags().IntVarP(&wish.Port, "port", "p", 0, "the `port` of 127.0.0.1 at which the process listens")
	cmd.Flags().StringVar(&wish.Header, "header", "", "only requests with this `header`, as 'X-Dev: me'; without a value any")
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) attach(ctx context.Context, name string, wish api.Attachment) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	if _, err := s.there(ctx, client, name); err != nil {
		return err
	}
	service, err := client.Attach(ctx, name, wish)
	if err != nil {
		return s.running(err)
	}
	return s.list(service, func() {
		s.note("%s\n", s.replaced(service))
		if wish.Header != "" {
			s.note("  a request goes there only as far as services pass %s on\n", wish.Header)
		}
	})
}

func (s *shell) detachCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "detach <service>", Short: "Give an attached service back to its own instances",
		Long:              "Send the requests for a service to its own instances again. What the process has begun it may finish.",
		Example:           "  banyan detach payments",
		Args:              takes(1, 1, "a service"),
		ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := s.client()
			if err != nil {
				return err
			}
			if _, err := s.there(cmd.Context(), client, args[0]); err != nil {
				return err
			}
			service, err := client.Detach(cmd.Context(), args[0])
			if err != nil {
				return s.running(err)
			}
			return s.list(service, func() { s.note("%s is given back\n", args[0]) })
		},
	}
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

// insteads says of each service that is replaced who answers.
func (s *shell) insteads(h health) {
	for _, service := range h.Services {
		if service.Replaced != nil {
			s.note("  instead    %s\n", s.replaced(service))
		}
	}
}

// replaced says who answers for a service, how that is, and how to undo it.
func (s *shell) replaced(service api.Service) string {
	by := service.Replaced
	text := terminal.Join(" ", service.Name, "is", by.String())
	switch {
	case by.Reason != "" && by.Override == "local":
		text += ", which is not there yet (" + by.Reason + "): requests wait for it"
	case by.Reason != "" && service.Desired == 0:
		text += ", which is not there yet (" + by.Reason + "): until it is, requests are refused, since no instance runs"
	case by.Reason != "":
		text += ", which is not there yet (" + by.Reason + "): until it is, requests go where they went"
	}
	return terminal.Join("  ", text, s.paint(terminal.Dim, "("+by.Undo+")"))
}

// instead is who answers in the place of services in what runs; nothing where nothing does.
func (s *shell) instead(ctx context.Context) map[string]graph.Replaced {
	all := map[string]graph.Replaced{}
	client, err := s.client()
	if err != nil {
		return all
	}
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	services, _ := client.Services(ctx) // what does not run replaces nothing
	for _, service := range services {
		if by := service.Replaced; by != nil {
			header, value, _ := strings.Cut(by.Header, ": ")
			one := graph.Replaced{Attached: graph.Attached{Port: by.Port, Header: header, Value: value}}
			switch by.Override {
			case "":
			case string(graph.ByMock), string(graph.ByProcess):
				one.Override.By = graph.OverrideKind(by.Override)
			default:
				one.Override = graph.Override{By: graph.ByURL, URL: by.Override}
			}
			all[service.Name] = one
		}
	}
	return all
}
