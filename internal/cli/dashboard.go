package cli

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/diag"
)

func (s *shell) dashboardCommand() *cobra.Command {
	show := false
	cmd := &cobra.Command{
		Use: "dashboard", Short: "Open the page of the running application",
		Long:    "Print the address of the page, with the token that it asks for, and open it where there is a browser and a terminal.",
		Example: "  banyan dashboard\n  banyan dashboard --print",
		Args:    takes(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.dashboard(cmd.Context(), show) },
	}
	cmd.Flags().BoolVar(&show, "print", false, "print the address only")
	s.located(cmd)
	return cmd
}

func (s *shell) dashboard(ctx context.Context, show bool) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	app, err := client.App(ctx)
	if err != nil {
		return s.running(err)
	}
	if app.Dashboard == "" {
		return diag.At(diag.Position{}, diag.Unsupported, "the application that runs serves no page").WithHint("banyan status tells why")
	}
	s.printf("%s\n", app.Dashboard)
	if show || s.Screen.Width == 0 {
		return nil
	}
	if err := browse(ctx, app.Dashboard); err != nil {
		fmt.Fprintf(s.Err, "no browser was opened: %s\n", err)
	}
	return nil
}

// browse asks the system to open the address; the browser outlives this command.
func browse(ctx context.Context, address string) error {
	openers := map[string][]string{"darwin": {"open"}, "windows": {"rundll32", "url.dll,FileProtocolHandler"}}
	opener, known := openers[runtime.GOOS]
	if !known {
		opener = []string{"xdg-open"}
	}
	command := exec.CommandContext(context.WithoutCancel(ctx), opener[0], append(opener[1:], address)...)
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", opener[0], err)
	}
	return command.Process.Release()
}

// bare is an address without its token, for screens that others see.
func bare(address string) string {
	plain, _, _ := strings.Cut(address, "#")
	plain, _, _ = strings.Cut(plain, "?")
	return plain
}
