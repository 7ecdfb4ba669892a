package cli

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// outputFlag lets a command answer in JSON.
func (s *shell) outputFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.output, "output", "o", "text", "text or json")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	before := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if s.output != "text" && s.output != "json" {
			return misuse(diag.At(diag.Position{}, diag.BadArgument, "-o takes text or json, not %q", s.output))
		}
		if before != nil {
			return before(cmd, args)
		}
		return nil
	}
}

func (s *shell) asJSON() bool { return s.output == "json" }

// list answers with v as JSON where that is wanted, and otherwise with what text writes.
func (s *shell) list(v any, text func()) error {
	if !s.asJSON() {
		text()
		return nil
	}
	encoder := json.NewEncoder(s.Out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// record writes one value of a stream: a JSON document in a line, or text.
func (s *shell) record(v any, text func()) error {
	if !s.asJSON() {
		text()
		return nil
	}
	encoder := json.NewEncoder(s.Out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

func (s *shell) printf(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// note says what is not the answer itself; -q and -o json leave it out.
func (s *shell) note(format string, args ...any) {
	if !s.quiet && !s.asJSON() {
		fmt.Fprintf(s.Out, format, args...)
	}
}

func (s *shell) paint(how terminal.Style, text string) string { return s.Screen.Paint(how, text) }

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
