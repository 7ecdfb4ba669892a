package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/redact"
	"github.com/banyan-run/banyan/internal/terminal"
)

// setting is one value of the file and where it comes from.
type setting struct {
	Path   string `json:"path"`
	Value  any    `json:"value"`
	Source string `json:"source"`
}

func (s *shell) configCommand() *cobra.Command {
	resolved := false
	cmd := &cobra.Command{
		Use: "config", Short: "Print every value of the file with its source",
		Long: "Print the values of banyan.yaml after includes, the environment's overlay and banyan.local.yaml were merged and expressions were\n" +
			"evaluated, each with the line that it comes from. --resolved adds every default. Secrets are masked.",
		Example: "  banyan config --resolved\n  banyan config --env production\n  banyan config --resolved -o json",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(*cobra.Command, []string) error { return s.config(resolved) },
	}
	cmd.Flags().BoolVar(&resolved, "resolved", false, "defaults as well")
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) config(resolved bool) error {
	loaded, err := s.read()
	if err != nil {
		return err
	}
	settings := []setting{}
	for _, v := range loaded.Resolved() {
		if v.Default && !resolved {
			continue
		}
		value := v.Value
		if text, is := value.(string); is {
			value = redact.Variable(v.Path[strings.LastIndexByte(v.Path, '.')+1:], text)
		}
		settings = append(settings, setting{v.Path, value, v.Source})
	}
	return s.list(settings, func() {
		t := terminal.Table{Columns: []terminal.Column{{Head: "value", Shrink: true}, {Head: "is", Shrink: true}, {Head: "from"}}}
		for _, v := range settings {
			t.Row(terminal.Plain(v.Path), terminal.Plain(fmt.Sprint(v.Value)), terminal.Faint(v.Source))
		}
		s.printf("%s", t.Render(s.Screen))
	})
}
