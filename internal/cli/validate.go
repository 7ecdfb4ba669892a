package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/terminal"
)

// validity is the answer of validate.
type validity struct {
	Valid       bool      `json:"valid"`
	File        string    `json:"file"`
	Diagnostics diag.List `json:"diagnostics"`
}

func (s *shell) validateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "validate", Short: "Check the file; all errors at once",
		Long: "Read banyan.yaml with everything it includes, check it as up would, and print every error with its line and a hint.\n" +
			"Exits 0 when the file is valid and 1 when it is not.",
		Example: "  banyan validate\n  banyan validate -o json\n  banyan validate --env production",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(*cobra.Command, []string) error { return s.validate() },
	}
	s.overlaid(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) validate() error {
	at, err := s.place()
	if err != nil {
		return err
	}
	loaded, found, err := s.load(at)
	if err != nil && !errors.As(err, &found) {
		return err
	}
	answer := validity{Valid: err == nil, File: s.short(at.file), Diagnostics: append(diag.List{}, found...)}
	printing := s.list(answer, func() {
		s.diagnostics(s.Out, found)
		if err == nil {
			s.note("%s is valid: %s\n", answer.File, contents(loaded.App))
		}
	})
	if printing != nil || err == nil {
		return printing
	}
	return silently(exitFailed)
}

// contents counts what an application consists of.
func contents(app *graph.App) string {
	calls := 0
	for _, service := range app.Services {
		calls += len(service.Calls)
	}
	external := ""
	if n := len(app.External); n > 0 {
		external = terminal.Plural(n, "external service")
	}
	return terminal.Join(", ", parts(app), external, terminal.Plural(len(app.Edge.Routes), "route"), terminal.Plural(calls, "call"))
}

// parts are the services and resources of an application, counted.
func parts(app *graph.App) string {
	run := 0
	for _, r := range app.Resources {
		if r.Runs() {
			run++
		}
	}
	return terminal.Join(", ", terminal.Plural(len(app.Services)-run, "service"), plenty(len(app.Resources), "resource"))
}
