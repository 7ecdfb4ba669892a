//go:build !linux && !darwin

package keeper

import (
	"context"
	"runtime"

	"github.com/banyan-run/banyan/internal/diag"
)

// unsupported says what this system cannot do: it neither hands sockets to another process of ours nor ends a
// process group with its parent.
func unsupported() error {
	return diag.At(diag.Position{}, diag.Unsupported, "banyan up cannot run services on %s yet", runtime.GOOS).
		WithHint("use Linux, macOS or WSL; validate, graph, plan --offline and explain work here")
}

// Run returns Unsupported on this system.
func Run(context.Context, Options) error { return unsupported() }

// Spawn returns Unsupported on this system.
func Spawn(SpawnOptions) (*Process, error) { return nil, unsupported() }

// Attach returns Unsupported on this system.
func Attach(context.Context) (*Client, error) { return nil, unsupported() }

// Sweep finds nothing on this system, where nothing is started.
func Sweep(_, _ string) ([]int, error) { return nil, nil }
