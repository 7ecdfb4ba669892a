package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/terminal"
)

func (s *shell) execCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "exec <service> -- <command…>", Short: "Run a command with a service's environment, in its folder",
		Long: "Run a command with what the service is started with, secrets included, in its folder and on this terminal. While the application\n" +
			"runs, what the service calls and uses is reached as the service reaches it; otherwise what is known is set, and what is not is said.\n" +
			"The exit code is that of the command.",
		Example:           "  banyan exec orders -- env\n  banyan exec orders -- psql\n  banyan exec catalog -- sh -c 'curl $PRICES_URL/healthz'",
		ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() != 1 || len(args) < 2 {
				return misuse(diag.At(diag.Position{}, diag.BadArgument, "banyan exec takes a service and, behind --, a command").WithHint("for example: banyan exec orders -- env"))
			}
			return s.exec(cmd.Context(), args[0], args[1:])
		},
	}
	s.overlaid(cmd)
	return cmd
}

func (s *shell) exec(ctx context.Context, service string, argv []string) error {
	with, err := s.launches(ctx, service)
	if err != nil {
		return err
	}
	program, err := runner.Locate(with.dir, argv, variable(with.env, "PATH"))
	if err != nil {
		return err
	}
	command := exec.Command(program, argv[1:]...)
	command.Args[0], command.Dir, command.Env = argv[0], with.dir, with.env
	command.Stdin, command.Stdout, command.Stderr = s.In, s.Out, s.Err
	// It is of the terminal's own group: Ctrl-C reaches it by itself, and it decides what that means. SIGTERM is handed on.
	quit := make(chan os.Signal, 1)
	signal.Notify(quit, syscall.SIGTERM)
	defer signal.Stop(quit)
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", argv[0], err)
	}
	over := make(chan struct{})
	go func() { // ends with the command
		for {
			select {
			case s := <-quit:
				_ = command.Process.Signal(s)
			case <-over:
				return
			}
		}
	}()
	err = command.Wait()
	close(over)
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return ended{code: runner.ExitCode(failed.ProcessState)}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("running %s: %w", argv[0], err)
	}
	return nil
}

// launch is what a command is started with.
type launch struct {
	dir string
	env []string
}

// launches is what a service is started with: of what runs, or else as far as the file tells.
func (s *shell) launches(ctx context.Context, name string) (launch, error) {
	client, err := s.client()
	if err != nil {
		return launch{}, err
	}
	_, err = s.there(ctx, client, name)
	if err == nil {
		exported, err := client.Export(ctx, name, api.Export{Command: true})
		if err != nil {
			return launch{}, s.running(err)
		}
		if len(exported.Absent) > 0 {
			s.warn("%s is not ready", terminal.Several(exported.Absent, 4))
		}
		all := launch{dir: exported.Dir}
		for _, v := range exported.Variables {
			all.env = append(all.env, v.Name+"="+v.Value)
		}
		return all, nil
	}
	if !errors.Is(err, api.ErrNotRunning) && codeOf(err) != exitNotRunning {
		return launch{}, err
	}
	loaded, err := s.read()
	if err != nil {
		return launch{}, err
	}
	service, known := loaded.App.Service(name)
	if !known {
		return launch{}, noSuchService(name, loaded.App.Callees())
	}
	s.apart(loaded.App, service)
	return launch{service.Dir, s.environ(loaded.App, service)}, nil
}

// apart says what of a service's environment is not known while nothing runs.
func (s *shell) apart(app *graph.App, service *graph.Service) {
	var missing []string
	for _, c := range service.Calls {
		missing = append(missing, graph.EnvName(c.To)+"_URL")
	}
	for _, u := range service.Uses {
		r, there := app.Resource(u.Resource)
		for _, v := range r.Exports {
			if there && strings.Contains(v.Value, graph.PortMark) {
				missing = append(missing, v.Name)
			}
		}
	}
	if len(missing) > 0 {
		s.warn("nothing runs here, so %s cannot be known: banyan up starts it", terminal.Several(missing, 4))
	}
}

func variable(environment []string, name string) string {
	for _, v := range environment {
		if value, is := strings.CutPrefix(v, name+"="); is {
			return value
		}
	}
	return ""
}
