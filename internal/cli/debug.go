package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/debugger"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/terminal"
)

// debugging is a session to be begun, or to be ended.
type debugging struct {
	api.Debug
	off, launch bool
	timeout     time.Duration
}

// attachable is the answer in JSON.
type attachable struct {
	api.Debugging
	// Launch is the file that an editor reads.
	Launch string `json:"launch,omitempty"`
}

func (s *shell) debugCommand() *cobra.Command {
	d := debugging{timeout: 2 * time.Minute}
	cmd := &cobra.Command{
		Use: "debug service", Short: "Restart a service under its debugger",
		Long: "Keep one instance of a service under its language's debugger: Go by delve, Node.js by its inspector, Python by debugpy, Java by JDWP.\n" +
			"The debugger listens on 127.0.0.1, at a port that stays the service's own. While it is so, health checks do not count, calls that lead\n" +
			"to the service have no time-out, and ends are not counted: a breakpoint kills nothing. --off, and banyan restart, end it.",
		Example: "  banyan debug orders\n  banyan debug orders --launch        add it to .vscode/launch.json\n" +
			"  banyan debug orders --wait          begin once a debugger attached\n  banyan debug orders --off",
		Args: takes(1, 1, "one service"), ValidArgsFunction: s.oneService,
		RunE: func(cmd *cobra.Command, args []string) error { return s.debug(cmd.Context(), args[0], d) },
	}
	cmd.Flags().StringVar(&d.Language, "lang", "", "the service's `language`, where it is not recognised: "+strings.Join(debugger.Languages(), ", "))
	cmd.Flags().IntVar(&d.Port, "port", 0, "where the debugger listens on 127.0.0.1; default: the service's own")
	cmd.Flags().BoolVar(&d.Wait, "wait", false, "begin only once a debugger attached")
	cmd.Flags().BoolVar(&d.launch, "launch", false, "add it to .vscode/launch.json beside the file")
	cmd.Flags().BoolVar(&d.off, "off", false, "run it without its debugger again")
	cmd.Flags().DurationVar(&d.timeout, "timeout", d.timeout, "how long the restart may take")
	_ = cmd.RegisterFlagCompletionFunc("lang", cobra.FixedCompletions(debugger.Languages(), cobra.ShellCompDirectiveNoFileComp))
	s.located(cmd)
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) debug(ctx context.Context, name string, d debugging) error {
	at, err := s.place()
	if err != nil {
		return err
	}
	client := at.client()
	if _, err := s.there(ctx, client, name); err != nil {
		return err
	}
	if d.off {
		if err := client.Undebug(ctx, name); err != nil {
			return s.running(err)
		}
		return s.settle(ctx, client, settling{[]string{name}, d.timeout, func(service api.Service) bool { return allReady(service) && !held(service) }})
	}
	began, err := client.Debug(ctx, name, d.Debug)
	if err != nil {
		return s.running(err)
	}
	if err := s.settle(ctx, client, settling{[]string{name}, d.timeout, func(service api.Service) bool { return begins(service, began) }}); err != nil {
		return err
	}
	answer := attachable{Debugging: began}
	if d.launch {
		if answer.Launch, err = s.configure(at, began); err != nil {
			return err
		}
	}
	return s.list(answer, func() { s.showDebugging(answer) })
}

func held(service api.Service) bool {
	return slices.ContainsFunc(service.Instances, func(i api.Instance) bool { return i.Debug != nil })
}

// begins tells whether a debugger can attach: to what is ready, or waits for it.
func begins(service api.Service, d api.Debugging) bool {
	alone := len(service.Instances) == 1
	return alone && slices.ContainsFunc(service.Instances, func(i api.Instance) bool {
		return i.Debug != nil && *i.Debug == d && i.PID > 0 && (i.State == "ready" || d.Wait)
	})
}

func (s *shell) showDebugging(a attachable) {
	s.note("%s is debugged: attach to %s   %s\n", a.Service, s.paint(terminal.Bold, a.Address), s.paint(terminal.Dim, debugger.Language(a.Language).Title()))
	if a.Launch != "" {
		s.note("  %s has the configuration \"Banyan: %s\"\n", s.short(a.Launch), a.Service)
	}
	s.note("  health checks do not count, and calls that lead to it have no time-out\n  banyan debug %s%s --off ends it\n", a.Service, s.fileFlag())
}

// configure adds the session to the editor's file.
func (s *shell) configure(at place, d api.Debugging) (string, error) {
	path := filepath.Join(at.Root, ".vscode", "launch.json")
	text, err := os.ReadFile(path)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = debugger.Write(path, text, debugger.Session{Language: debugger.Language(d.Language), Port: d.Port}, d.Service)
	}
	if err != nil {
		return "", ended{exitFailed, diag.At(diag.Position{}, diag.BadArgument, "%s cannot be added to: %v", s.short(path), err).
			WithHint("the service is debugged all the same: attach to %s", d.Address)}
	}
	return path, nil
}
