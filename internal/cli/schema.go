package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/spec"
)

func (s *shell) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use: "schema", Short: "Print the JSON Schema of banyan.yaml",
		Long:    "Print the JSON Schema (2020-12) of banyan.yaml, with which an editor completes and checks the file.",
		Example: "  banyan schema > banyan.schema.json\n  # first line of banyan.yaml:\n  # yaml-language-server: $schema=./banyan.schema.json",
		Args:    takes(0, 0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			if _, err := s.Out.Write(spec.Schema()); err != nil {
				return fmt.Errorf("writing the schema: %w", err)
			}
			return nil
		},
	}
}
