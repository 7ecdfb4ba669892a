package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/node"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "explain <caller> <service> [METHOD path] | explain <METHOD> <url>", Short: "Say which rule would decide, and its line; nothing is sent",
		Long: "Say what would happen to a request to the gateway, or to a call from one service to another: each rule in the order in which it\n" +
			"decides, with its line in the file, and what would allow what is refused. Nothing is sent; without a running application the\n" +
			"file answers. Exits 0 when it would be carried and 1 when it would be refused.",
		Example:           "  banyan explain GET /api/v1/orders/7\n  banyan explain reviews payments\n  banyan explain orders payments POST /charges",
		Args:              takes(2, 4, "a method and a URL, or a caller and a service"),
		ValidArgsFunction: s.completeExplain,
		RunE:              func(cmd *cobra.Command, args []string) error { return s.explain(cmd, args) },
	}
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) completeExplain(cmd *cobra.Command, given []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(given) == 0 && begun != "" && strings.ToUpper(begun) == begun {
		return methods, cobra.ShellCompDirectiveNoFileComp
	}
	if len(given) > 1 || len(given) == 1 && slices.Contains(methods, given[0]) {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return s.services(cmd, given, begun)
}

func (s *shell) explain(cmd *cobra.Command, args []string) error {
	verdict, err := s.verdict(cmd, args)
	if err != nil {
		return err
	}
	if err := s.list(verdict, func() { s.showVerdict(verdict) }); err != nil || verdict.Allowed {
		return err
	}
	return silently(exitFailed)
}

// verdict asks what runs, and the file when nothing does, or when another environment is asked about than runs.
func (s *shell) verdict(cmd *cobra.Command, args []string) (api.Verdict, error) {
	client, err := s.client()
	if err != nil {
		return api.Verdict{}, err
	}
	q, err := questionOf(args)
	if err != nil {
		return api.Verdict{}, err
	}
	if q.url != "" && !slices.Contains(methods, q.method) {
		s.warn("%s is no method that HTTP defines; it is explained as it stands", q.method)
	}
	if runs, differs := s.differs(cmd, client); differs {
		s.warn("the environment %s runs; for %s the file answers", runs, s.environment)
	} else if verdict, err := q.ask(cmd.Context(), client); !errors.Is(err, api.ErrNotRunning) {
		return verdict, s.running(err)
	}
	loaded, err := s.read()
	if err != nil {
		return api.Verdict{}, err
	}
	return q.offline(loaded.App)
}

// question is what explain is asked: of a request to the gateway when it has a url, else of a call.
type question struct{ url, caller, callee, method, path string }

// questionOf tells the two apart: services are lower case, and a path has a slash.
func questionOf(args []string) (question, error) {
	if strings.ToUpper(args[0]) != args[0] && !strings.Contains(args[1], "/") {
		args = append(args, "", "")
		return question{caller: args[0], callee: args[1], method: strings.ToUpper(args[2]), path: args[3]}, nil
	}
	if len(args) > 2 {
		return question{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "explain takes one method and one URL").
			WithHint("for example: banyan explain GET /api/v1/orders/7"))
	}
	if !strings.HasPrefix(args[1], "/") && !strings.Contains(args[1], "://") {
		return question{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "%q is neither a path nor a URL", args[1]).
			WithHint("a path begins with a slash, a URL with http://: did you mean /%s?", args[1]))
	}
	return question{method: strings.ToUpper(args[0]), url: args[1]}, nil
}

func (q question) ask(ctx context.Context, client *api.Client) (api.Verdict, error) {
	if q.url != "" {
		return client.ExplainRequest(ctx, q.method, q.url)
	}
	services, err := client.Services(ctx)
	if err != nil {
		return api.Verdict{}, err
	}
	if err := q.known(names(services)); err != nil {
		return api.Verdict{}, err
	}
	return client.ExplainCall(ctx, q.caller, q.callee, q.method, q.path)
}

// known refuses a name that is no service, nor one of those that call without being one.
func (q question) known(services []string) error {
	if callers := append(slices.Clone(services), graph.Gateway, graph.Operator); !slices.Contains(callers, q.caller) {
		return noSuchService(q.caller, callers)
	}
	if !slices.Contains(services, q.callee) {
		return noSuchService(q.callee, services)
	}
	return nil
}

func (q question) offline(app *graph.App) (api.Verdict, error) {
	if q.url != "" {
		return node.ExplainRequest(app, q.method, q.url)
	}
	if err := q.known(app.Callees()); err != nil {
		return api.Verdict{}, err
	}
	return node.ExplainCall(app, q.caller, q.callee, q.method, q.path)
}

func (s *shell) showVerdict(v api.Verdict) {
	head, how := v.Subject, terminal.Green
	if !v.Allowed {
		head, how = head+" is refused", terminal.Red
	}
	s.printf("%s\n", s.paint(how, s.paint(terminal.Bold, head)))
	if n := len(v.Steps); n > 0 && !v.Allowed { // the last step is the one that refuses, and the table may cut it
		s.printf("  %s\n", terminal.Join("  ", terminal.First(v.Steps[n-1].Detail, v.Steps[n-1].Says), s.paint(terminal.Dim, v.Steps[n-1].Where)))
	}
	t := terminal.Table{Indent: "  ", Columns: []terminal.Column{{Right: true}, {}, {Shrink: true}, {Shrink: true, Drop: 1}, {}}}
	for i, step := range v.Steps {
		t.Row(terminal.Faint(terminal.Positive(i+1)), terminal.Plain(step.Name), terminal.Plain(step.Says), terminal.Faint(step.Detail), terminal.Faint(step.Where))
	}
	s.printf("%s", t.Render(s.Screen))
	for _, lost := range v.Lost {
		s.printf("  %s\n", s.paint(terminal.Dim, terminal.Join("  ", "not "+lost.Rule, lost.Why, lost.Where)))
	}
	if v.Fix != nil && !v.Allowed {
		s.printf("  to allow it, add at %s\n%s\n", v.Fix.Where, indented("  "+v.Fix.Add))
	}
	s.note("%s\n", s.paint(terminal.Dim, "nothing was sent"))
}
