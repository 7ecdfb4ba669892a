package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/docs"
	"github.com/banyan-run/banyan/internal/book"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) helpCommand() *cobra.Command {
	return &cobra.Command{
		Use: "help [command | code | exit-codes]", Short: "Explain a command, a code such as BYN-2103, or the exit codes",
		Long:              "Explain a command as --help does, a code that an error carries, or what the exit codes mean.",
		Example:           "  banyan help up\n  banyan help BYN-2103\n  banyan help exit-codes",
		ValidArgsFunction: topics,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return cmd.Root().Help()
			case args[0] == "exit-codes":
				s.explainExits()
				return nil
			case strings.HasPrefix(strings.ToUpper(args[0]), "BYN-"):
				return s.explainCode(diag.Code(strings.ToUpper(args[0])))
			}
			return helpOn(cmd.Root(), args)
		},
	}
}

func helpOn(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil || cmd == root || len(rest) > 0 {
		return known(root, args)
	}
	cmd.InitDefaultHelpFlag()
	return cmd.Help()
}

func (s *shell) explainExits() {
	s.printf("banyan ends with\n")
	for _, e := range exitCodes {
		s.printf("  %3d  %s\n", e.code, terminal.Hang(e.about, len("  130  "), s.columns()))
	}
}

func (s *shell) explainCode(code diag.Code) error {
	entry, known := diag.Lookup(code)
	if !known {
		var all []string
		for _, e := range diag.Entries() {
			all = append(all, string(e.Code))
		}
		d := diag.At(diag.Position{}, diag.BadArgument, "there is no code %s", code)
		if near := diag.Nearest(string(code), all); near != "" {
			d = d.WithHint("did you mean %s?", near)
		}
		return misuse(d)
	}
	page, written, err := book.Entry(docs.Pages, code)
	if err != nil {
		return err
	}
	if !written { // a test fails then, so only while a code is being added
		s.printf("%s: %s\n\n%s\n\n%s\n", entry.Code, entry.Title, entry.Cause, entry.Way)
		return nil
	}
	s.printf("%s", page.Text(s.Screen, s.columns()))
	return nil
}

func topics(cmd *cobra.Command, given []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(given) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	all := []string{cobra.CompletionWithDesc("exit-codes", "what the exit codes mean")}
	for _, c := range cmd.Root().Commands() {
		if c.IsAvailableCommand() {
			all = append(all, cobra.CompletionWithDesc(c.Name(), c.Short))
		}
	}
	for _, e := range diag.Entries() {
		all = append(all, cobra.CompletionWithDesc(string(e.Code), e.Title))
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}
