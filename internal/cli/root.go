package cli

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

const about = `Banyan runs an application of many services from one file, banyan.yaml: it builds and starts
them behind a gateway, carries the calls between them, and shows what happens.`

func (s *shell) root() *cobra.Command {
	root := &cobra.Command{
		Use: "banyan", Short: "A whole microservices platform in one binary", Long: about,
		Example: "  banyan up                 start what banyan.yaml describes\n" +
			"  banyan status             is it all right?\n" +
			"  banyan trace --last       where did the last request go?",
		SilenceErrors: true, SilenceUsage: true,
		Args: known, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cobra.EnableCommandSorting = false
	root.PersistentFlags().BoolVarP(&s.quiet, "quiet", "q", false, "print only what was asked for and what went wrong")
	root.SetFlagErrorFunc(flagError)
	commands := s.commands()
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	for _, g := range []cobra.Group{
		{ID: groupRun, Title: "Run:"}, {ID: groupLook, Title: "Look:"}, {ID: groupChange, Title: "Change:"},
		{ID: groupUnderstand, Title: "Understand:"}, {ID: groupFile, Title: "The file:"},
	} {
		root.AddGroup(&g)
		for _, cmd := range commands[g.ID] {
			cmd.GroupID = g.ID
			root.AddCommand(cmd)
		}
	}
	root.SetHelpCommand(s.helpCommand())
	root.Version = thisRelease().text()
	root.SetVersionTemplate("{{.Version}}\n")
	root.AddCommand(s.versionCommand(), s.keeperCommand(), s.controlCommand())
	root.InitDefaultCompletionCmd()
	s.completionExamples(root)
	s.fold(root)
	return root
}

// fold makes help fit the screen: 80 columns where there is none.
func (s *shell) fold(root *cobra.Command) {
	width := s.columns()
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages ", fmt.Sprintf("FlagUsagesWrapped %d ", width)))
	root.Long = terminal.Fold(root.Long, width)
	for _, cmd := range root.Commands() {
		cmd.Long = terminal.Fold(cmd.Long, width)
	}
}

// columns are what text for reading is folded to.
func (s *shell) columns() int {
	if s.Screen.Width > 0 {
		return min(s.Screen.Width, 100)
	}
	return 80
}

// known refuses a word that is no command, with the nearest that is.
func known(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, cmd := range root.Commands() {
		if !cmd.Hidden {
			names = append(names, cmd.Name())
		}
	}
	_, above, _ := strings.Cut(root.CommandPath()+" ", " ")
	d := diag.At(diag.Position{}, diag.BadArgument, "there is no command %q", above+args[0])
	if near := diag.Nearest(args[0], names); near != "" {
		return misuse(d.WithHint("did you mean \"%s %s\"?", root.CommandPath(), near))
	}
	return misuse(d.WithHint("%s --help lists the commands", root.CommandPath()))
}

var flagName = regexp.MustCompile(`unknown flag: --([a-zA-Z0-9-]+)`)

func flagError(cmd *cobra.Command, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	d := diag.At(diag.Position{}, diag.BadArgument, "%s", err)
	hint := fmt.Sprintf("%s --help lists the flags", cmd.CommandPath())
	if m := flagName.FindStringSubmatch(err.Error()); m != nil {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := diag.Nearest(m[1], names); near != "" {
			hint = fmt.Sprintf("did you mean --%s?", near)
		}
	}
	return misuse(d.WithHint("%s", hint))
}

// takes bounds the count of arguments; most < 0 is no bound.
func takes(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		d := diag.At(diag.Position{}, diag.BadArgument, "%s takes %s", cmd.CommandPath(), what)
		example, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
		if len(args) < least || most >= 0 && len(args) > most {
			return misuse(d.WithHint("for example: %s", example))
		}
		return nil
	}
}

func (s *shell) completionExamples(root *cobra.Command) {
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Short = "Print the script that completes commands in a shell"
		for _, sub := range cmd.Commands() {
			sub.Example = fmt.Sprintf("  banyan completion %s", sub.Name())
		}
		cmd.Example = "  source <(banyan completion bash)"
		cmd.Args, cmd.RunE = known, func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
}
