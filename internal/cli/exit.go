package cli

import (
	"context"
	"errors"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// The exit codes, which `banyan help exit-codes` explains.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotRunning  = 3
	exitExpired     = 4
	exitRunning     = 5
	exitInterrupted = 130
)

var exitCodes = []struct {
	code  int
	about string
}{
	{exitOK, "it worked; for status and up --wait: everything is ready; for explain: it would be allowed"},
	{exitFailed, "it failed, or what was asked about is not all right; for call: the answer was 4xx or 5xx"},
	{exitUsage, "the command line cannot be used: unknown command, flag or argument"},
	{exitNotRunning, "no application runs in this folder"},
	{exitExpired, "not everything was ready within --timeout"},
	{exitRunning, "up, purge: the application of this folder runs already"},
	{exitInterrupted, "it was interrupted, by Ctrl-C or SIGTERM"},
}

// ended is an error that carries its exit code; without err nothing more is said.
type ended struct {
	code int
	err  error
}

func (e ended) Error() string {
	if e.err == nil {
		return "ended"
	}
	return e.err.Error()
}

func (e ended) Unwrap() error { return e.err }

// silently ends with a code after everything was said.
func silently(code int) error { return ended{code: code} }

// misuse is a command line that cannot be used.
func misuse(d diag.Diagnostic) error { return ended{exitUsage, d} }

func codeOf(err error) int {
	var e ended
	var document problem.Problem
	var d diag.Diagnostic
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		return e.code
	case errors.Is(err, api.ErrNotRunning):
		return exitNotRunning
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &document):
		return codes(document.Code)
	case errors.As(err, &d):
		return codes(d.Code)
	}
	return exitFailed
}

func codes(code diag.Code) int {
	switch code {
	case diag.NotRunning:
		return exitNotRunning
	case diag.AlreadyRunning:
		return exitRunning
	case diag.WaitExpired:
		return exitExpired
	case diag.BadArgument:
		return exitUsage
	}
	return exitFailed
}
