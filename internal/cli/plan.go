package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) planCommand() *cobra.Command {
	offline, w := false, subset.Wish{}
	cmd := &cobra.Command{
		Use: "plan [service or group…]", Short: "Show what a changed file would change",
		Long: "Compare banyan.yaml with what runs, and print what a reload would change; nothing is done. When nothing runs: what up would start,\n" +
			"with names and --except those that up would be given, each service with the reason why it is in the set.",
		Example:           "  banyan plan\n  banyan plan --offline\n  banyan plan orders --offline\n  banyan plan -o json",
		ValidArgsFunction: s.startable,
		RunE: func(cmd *cobra.Command, args []string) error {
			if w.Names = args; offline {
				return s.firstPlan("banyan up would", w)
			}
			return s.plan(cmd, w)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "what up would start, whatever runs")
	s.exceptFlag(cmd, &w.Except)
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) plan(cmd *cobra.Command, w subset.Wish) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	if runs, differs := s.differs(cmd, client); differs {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "the environment %s runs, and a reload does not change to %s", runs, s.environment).
			WithHint("banyan plan --env %s --offline%s prints what up would start", s.environment, s.fileFlag()))
	}
	plan, err := client.Plan(cmd.Context())
	if errors.Is(err, api.ErrNotRunning) {
		return s.firstPlan("nothing runs; banyan up would", w)
	}
	if err == nil && len(w.Names)+len(w.Except) > 0 {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "the set of what runs is its own; names and --except are about what up would start").
			WithHint("banyan plan --offline %s tells that; banyan start brings services into what runs", w))
	}
	if err != nil {
		return s.running(err)
	}
	return s.list(plan, func() {
		if len(plan.Changes) == 0 {
			s.note("nothing changes: %s is what runs\n", s.short(plan.File))
			return
		}
		since := ""
		if plan.Since != "" {
			since = " since " + plan.Since
		}
		s.note("%s changed%s\n", s.short(plan.File), since)
		s.changes(plan.Changes)
		s.note("nothing else changes\n")
	})
}

// firstPlan is what up would do: start everything.
func (s *shell) firstPlan(lead string, w subset.Wish) error {
	loaded, err := s.read()
	if err != nil {
		return err
	}
	if err := checked(loaded.App, w); err != nil {
		return err
	}
	plan := api.Plan{File: loaded.App.File, Changes: starts(loaded.App, w)}
	return s.list(plan, func() {
		s.note("%s\n", lead)
		s.changes(plan.Changes)
	})
}

func starts(app *graph.App, w subset.Wish) []api.Change {
	changes, set := []api.Change{}, subset.Choose(app, w)
	for _, service := range app.Order() {
		if !set.Has(service.Name) {
			continue
		}
		text := terminal.Plural(service.Replicas.Count, "instance")
		if len(service.Build.Argv) > 0 {
			text = "after its build, " + text
		}
		if !set.Whole() {
			text += ", " + set.Why(service.Name)[0].String()
		}
		changes = append(changes, api.Change{Action: "start", Subject: service.Name, Text: text, Where: service.At.String()})
	}
	return append(changes, api.Change{
		Action: "start", Subject: graph.Gateway, Where: app.Edge.At.String(),
		Text: fmt.Sprintf("on %s with %s", app.Edge.Listen, terminal.Plural(len(app.Edge.Routes), "route")),
	})
}

func (s *shell) changes(changes []api.Change) {
	t := terminal.Table{Indent: "  ", Columns: []terminal.Column{{}, {}, {}, {Shrink: true}, {Drop: 1}}}
	for _, c := range changes {
		sign := terminal.Painted(terminal.Yellow, "~")
		switch c.Action {
		case "start":
			sign = terminal.Painted(terminal.Green, "+")
		case "stop":
			sign = terminal.Painted(terminal.Red, "-")
		}
		t.Row(sign, terminal.Plain(c.Subject), terminal.Plain(c.Action), terminal.Plain(c.Text), terminal.Faint(c.Where))
	}
	s.printf("%s", t.Render(s.Screen))
}
