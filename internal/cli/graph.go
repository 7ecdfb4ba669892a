package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/layout"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) graphCommand() *cobra.Command {
	mermaid := false
	cmd := &cobra.Command{
		Use: "graph [service]", Short: "Show who calls whom, and what the gateway exposes",
		Long: "Draw what the file declares: the routes of the gateway, and the calls between services as a tree. With a service: what it calls,\n" +
			"and who calls it. --mermaid prints a flowchart that GitHub and many editors draw.",
		Example:           "  banyan graph\n  banyan graph orders\n  banyan graph --mermaid > docs/graph.mmd\n  banyan graph -o json",
		Args:              takes(0, 1, "one service at most"),
		ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.graph(cmd.Context(), strings.Join(args, ""), mermaid)
		},
	}
	cmd.Flags().BoolVar(&mermaid, "mermaid", false, "print a Mermaid flowchart")
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) graph(ctx context.Context, name string, mermaid bool) error {
	loaded, err := s.read()
	if err != nil {
		return err
	}
	app := loaded.App.With(s.instead(ctx))
	if all := app.Callees(); name != "" && !slices.Contains(all, name) {
		return noSuchService(name, all)
	}
	return s.list(layout.Of(app), func() {
		switch {
		case mermaid:
			s.printf("%s", layout.Flowchart(app))
		case name != "":
			s.around(app, name)
		default:
			s.whole(app)
		}
	})
}

// whole is the application: the routes, then who calls whom.
func (s *shell) whole(app *graph.App) {
	s.printf("%s · %s\n\n%s  %s\n", s.paint(terminal.Bold, app.Name), contents(app), s.paint(terminal.Bold, graph.Gateway), app.Edge.Listen)
	t := terminal.Table{Indent: "  ", Columns: []terminal.Column{{Shrink: true}, {Drop: 2}, {Shrink: true}, {Drop: 1}}}
	for _, r := range app.Edge.Routes {
		t.Row(terminal.Plain(r.Host+r.Path), terminal.Faint(strings.Join(r.Methods, " ")), terminal.Plain("→ "+targets(r)), terminal.Faint(r.At.String()))
	}
	s.printf("%s\n", t.Render(s.Screen))
	s.tree(layout.Calls(app))
}

func (s *shell) around(app *graph.App, name string) {
	down, up := layout.Around(app, name)
	s.tree(down)
	s.printf("\n%s\n", pick(len(up) == 0, "nobody calls it", "called by"))
	s.tree(up)
}

func targets(r *graph.Route) string {
	if len(r.Targets) == 1 {
		return r.Targets[0].To
	}
	all := 0
	for _, t := range r.Targets {
		all += t.Weight
	}
	var parts []string
	for _, t := range r.Targets {
		parts = append(parts, fmt.Sprintf("%s %d%%", t.To, 100*t.Weight/all))
	}
	return strings.Join(parts, ", ")
}

// tree writes lines that never wrap, and what their sign means.
func (s *shell) tree(lines []layout.Line) {
	above := false
	for _, l := range lines {
		how := terminal.None
		if l.Branch == "" {
			how = terminal.Bold
		}
		text := l.Branch + s.paint(how, l.Name) + pick(l.Above, " ↑", "")
		s.printf("%s\n", terminal.Clip(terminal.Join("  ", text, s.paint(terminal.Dim, l.Says)), s.Screen.Width))
		above = above || l.Above
	}
	if above {
		s.printf("%s\n", s.paint(terminal.Dim, "↑ drawn above"))
	}
}
