package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// exporting are the flags of env --export.
type exporting struct {
	on, all bool
	format  string
	port    int
}

var exportFormats = []string{"shell", "dotenv", "json"}

func (s *shell) exportFlags(cmd *cobra.Command, o *exporting) {
	cmd.Flags().BoolVar(&o.on, "export", false, "print it for a process that you start, secrets included")
	cmd.Flags().StringVar(&o.format, "format", o.format, "with --export, which it implies: shell, dotenv or json")
	cmd.Flags().IntVar(&o.port, "port", 0, "with --export, which it implies: PORT; that of the attached process when it is not given")
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions(exportFormats, cobra.ShellCompDirectiveNoFileComp))
}

func (s *shell) exportEnvironment(ctx context.Context, name string, o exporting) error {
	if !slices.Contains(exportFormats, o.format) || o.port < 0 || o.port > 65535 {
		return misuse(diag.At(diag.Position{}, diag.BadArgument, "--format is shell, dotenv or json, and --port a port").
			WithHint("for example: banyan env %s --export --format dotenv --port 8081", name))
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	of, err := s.there(ctx, client, name)
	if err != nil {
		return err
	}
	exported, err := client.Export(ctx, name, api.Export{Port: o.port, All: o.all})
	if err != nil {
		return s.running(err)
	}
	listening := slices.ContainsFunc(exported.Variables, func(v api.Variable) bool { return v.Name == "PORT" })
	if listening && o.port == 0 && (of[0].Replaced == nil || of[0].Replaced.Port == 0) {
		s.warn("PORT is that of an instance that runs; give --port 8081, or attach first")
	}
	return s.writeExport(exported.Variables, o.format)
}

func (s *shell) writeExport(variables []api.Variable, format string) error {
	if format == "json" {
		all := map[string]string{}
		for _, v := range variables {
			all[v.Name] = v.Value
		}
		text, err := json.MarshalIndent(all, "", "  ")
		if err != nil {
			return fmt.Errorf("writing the environment: %w", err)
		}
		s.printf("%s\n", text)
		return nil
	}
	for _, v := range variables {
		if !terminal.ShellName(v.Name) {
			s.warn("%s is left out: no shell takes the name", v.Name)
			continue
		}
		if format == "dotenv" {
			s.printf("%s=%s\n", v.Name, terminal.DotenvValue(v.Value))
		} else {
			s.printf("export %s=%s\n", v.Name, terminal.ShellWord(v.Value))
		}
	}
	return nil
}
