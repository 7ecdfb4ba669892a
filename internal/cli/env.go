package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) envCommand() *cobra.Command {
	all, o := false, exporting{format: "shell"}
	cmd := &cobra.Command{
		Use: "env <service>", Short: "Show what a service is started with, and the source of each value",
		Long: "List the environment variables that an instance of the running service is started with, each with the line of the file, the declared\n" +
			"call, the env file or the platform's rule that it comes from, and what else would set it and lost. Secrets are masked. What it inherits from the environment of banyan up is\n" +
			"counted, and listed with --all; -o json lists everything. With --export it prints what a process that you start yourself needs to\n" +
			"stand in the service's place: values as they are, SECRETS INCLUDED, so mind where it goes.",
		Example:           "  banyan env orders\n  banyan env orders --all\n  eval \"$(banyan env orders --export --port 8081)\"\n  banyan env orders --export --format dotenv > .env.orders",
		Args:              takes(1, 1, "a service"),
		ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.on || cmd.Flags().Changed("format") || cmd.Flags().Changed("port") {
				o.all = all
				return s.exportEnvironment(cmd.Context(), args[0], o)
			}
			return s.env(cmd.Context(), args[0], all)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list the variables from the environment of banyan up too")
	s.exportFlags(cmd, &o)
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) env(ctx context.Context, service string, all bool) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	of, err := s.there(ctx, client, service)
	if err != nil {
		return err
	}
	if of[0].External {
		return diag.At(diag.Position{}, diag.BadArgument, "%q is external: Banyan does not start it", service).
			WithHint("banyan env of a service that calls it shows where it is")
	}
	variables, err := client.Environment(ctx, service)
	if err != nil {
		return s.running(err)
	}
	// What everybody inherits comes last.
	slices.SortStableFunc(variables, func(a, b api.Variable) int { return strings.Compare(inherited(a), inherited(b)) })
	return s.list(variables, func() { s.showEnvironment(variables, all) })
}

// showEnvironment leaves out, unless all are wanted, what every service inherits: it hides what was declared.
func (s *shell) showEnvironment(variables []api.Variable, all bool) {
	t := terminal.Table{Columns: []terminal.Column{{Head: "variable"}, {Head: "value", Shrink: true}, {Head: "from", Drop: 1}, {Head: "", Drop: 2}}}
	if slices.ContainsFunc(variables, func(v api.Variable) bool { return over(v) != "" }) {
		t.Columns = append(t.Columns, terminal.Column{Head: "over", Drop: 3})
	}
	left := 0
	for _, v := range variables {
		if inherited(v) != "" && !all && len(v.Over) == 0 {
			left++
			continue
		}
		from := terminal.First(inherited(v), v.Source)
		cells := []terminal.Cell{terminal.Plain(v.Name), terminal.Plain(s.Screen.Harmless(v.Value)), terminal.Faint(from), terminal.Faint(v.Where), terminal.Faint(over(v))}
		t.Row(cells[:len(t.Columns)]...)
	}
	s.printf("%s", t.Render(s.Screen))
	if left > 0 {
		s.note("%s\n", s.paint(terminal.Dim, fmt.Sprintf("and %d from the environment of banyan up · --all lists them", left)))
	}
}

// over is what a variable won over, in the order of strength; what everybody inherits is no news.
func over(v api.Variable) string {
	var all []string
	for _, o := range v.Over {
		if o.Source != outside {
			all = append(all, terminal.First(o.Where, o.Source))
		} else if v.Source == "env" {
			all = append(all, "inherited")
		}
	}
	return strings.Join(all, ", ")
}

// outside is the source of what is inherited.
const outside = "environment of banyan up"

// inherited is a word for a variable that no file and no rule sets, empty for others.
func inherited(v api.Variable) string {
	if v.Source == outside {
		return "inherited"
	}
	return ""
}
