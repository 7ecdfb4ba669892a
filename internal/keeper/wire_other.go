//go:build !linux && !darwin

package keeper

import "os"

// wire has no implementation here: the control process cannot be given sockets on this system.
type wire struct{}

func (*wire) receive() (message, []*os.File, error) { return message{}, nil, ErrDetached }
func (*wire) send(message, *os.File) error          { return ErrDetached }
func (*wire) close() error                          { return nil }
func (*wire) discard()                              {}
