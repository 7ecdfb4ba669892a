//go:build linux || darwin

package keeper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// socketVariable tells the control process which descriptor is its end of the socket pair.
const socketVariable = "BANYAN_KEEPER_SOCKET"

var errOrphan = errors.New("not started by a keeper")

// Attach connects to the keeper that started this process, over the socket that it left open, and takes the variable
// that names it out of the environment. It works once.
func Attach(ctx context.Context) (*Client, error) {
	f, err := inherited(socketVariable, "keeper")
	if err != nil {
		return nil, fmt.Errorf("attaching to the keeper: %w", err)
	}
	w, err := newWire(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	return attach(ctx, w)
}

// inherited opens the descriptor that a variable names, polled, and hides both from processes that are started later.
func inherited(variable, name string) (*os.File, error) {
	number, err := strconv.Atoi(os.Getenv(variable))
	if err != nil || number < 3 {
		return nil, errOrphan
	}
	syscall.CloseOnExec(number)
	if err := syscall.SetNonblock(number, true); err != nil {
		return nil, fmt.Errorf("opening descriptor %d: %w", number, err)
	}
	f := os.NewFile(uintptr(number), name)
	return f, os.Unsetenv(variable)
}
