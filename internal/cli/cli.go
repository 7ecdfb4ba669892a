package cli

import (
	"context"
	"errors"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// shell is one command line at work: its world, and the flags that every command shares.
type shell struct {
	World
	file, environment string
	// project is the name of the copy, empty for the application itself.
	project string
	output  string
	quiet   bool
}

// Main runs one command line and returns the exit code of the process.
func Main(args []string, w World) int {
	s := &shell{World: w}
	root := s.root()
	root.SetArgs(args)
	root.SetIn(w.In)
	root.SetOut(w.Out)
	root.SetErr(w.Err)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && codeOf(err) != exitUsage {
		err = interrupted(err)
	}
	s.refuse(err)
	return codeOf(err)
}

// interrupted makes whatever a command failed with after Ctrl-C its quiet end.
func interrupted(err error) error {
	var e ended
	if errors.As(err, &e) && e.err == nil {
		return e
	}
	return silently(exitInterrupted)
}

// The groups of the commands, in the order of --help.
const (
	groupRun        = "run"
	groupLook       = "look"
	groupChange     = "change"
	groupUnderstand = "understand"
	groupFile       = "file"
)

// commands are all that people use; the hidden ones are added by root.
func (s *shell) commands() map[string][]*cobra.Command {
	return map[string][]*cobra.Command{
		groupRun:        {s.upCommand(), s.downCommand(), s.runCommand(), s.execCommand(), s.upgradeCommand(), s.trustCommand(), s.purgeCommand()},
		groupLook:       {s.statusCommand(), s.psCommand(), s.logsCommand(), s.topCommand(), s.dashboardCommand()},
		groupChange:     {s.startCommand(), s.stopCommand(), s.restartCommand(), s.scaleCommand(), s.debugCommand(), s.attachCommand(), s.detachCommand(), s.planCommand()},
		groupUnderstand: {s.traceCommand(), s.explainCommand(), s.callCommand(), s.envCommand(), s.graphCommand(), s.journalCommand(), s.doctorCommand(), s.docsCommand()},
		groupFile:       {s.validateCommand(), s.configCommand(), s.schemaCommand(), s.initCommand(), s.importCommand()},
	}
}
