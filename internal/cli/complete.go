package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
)

// completeWithin bounds what a press of Tab may wait for.
const completeWithin = 500 * time.Millisecond

// services completes names of services: of what runs, or else of the file.
func (s *shell) services(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	named := map[string]bool{}
	for _, name := range given {
		named[name] = true
	}
	var left []string
	for _, name := range s.names(cmd.Context()) {
		if !named[name] {
			left = append(left, name)
		}
	}
	return left, cobra.ShellCompDirectiveNoFileComp
}

// oneService completes the first argument only.
func (s *shell) oneService(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return s.services(cmd, given, begun)
}

func (s *shell) names(ctx context.Context) []string {
	at, err := s.place()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	running, err := api.Dial(at.Socket()).Services(ctx)
	if err == nil {
		return names(running)
	}
	loaded, _, err := s.load(at)
	if err != nil {
		return nil
	}
	return loaded.App.Callees()
}

// traces completes the ids of the newest traces, each with what it was.
func (s *shell) traces(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	client, err := s.client()
	if err != nil || len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), completeWithin)
	defer cancel()
	var ids []string
	newest, _ := client.Traces(ctx, api.TraceQuery{Limit: 20}) // nothing to propose when nobody answers
	for _, t := range newest {
		ids = append(ids, cobra.CompletionWithDesc(shortID(t.ID), t.Name))
	}
	return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
