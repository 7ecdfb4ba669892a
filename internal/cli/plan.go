package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) planCommand() *cobra.Command {
	offline := false
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what a changed file would change",
		Long:    "Compare banyan.yaml with what runs, and print what a reload would change; nothing is done. When nothing runs: what up would start.",
		Example: "  banyan plan\n  banyan plan --offline\n  banyan plan -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if offline {
				return s.firstPlan("banyan up would")
			}
			return s.plan(cmd)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "what up would start, whatever runs")
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) plan(cmd *cobra.Command) error {
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
		return s.firstPlan("nothing runs; banyan up would")
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
func (s *shell) firstPlan(lead string) error {
	loaded, err := s.read()
	if err != nil {
		return err
	}
	plan := api.Plan{File: loaded.App.File, Changes: starts(loaded.App)}
	return s.list(plan, func() {
		s.note("%s\n", lead)
		s.changes(plan.Changes)
	})
}

func starts(app *graph.App) []api.Change {
	changes := []api.Change{}
	for _, service := range app.Order() {
		text := terminal.Plural(service.Replicas.Count, "instance")
		if len(service.Build.Argv) > 0 {
			text = "after its build, " + text
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
