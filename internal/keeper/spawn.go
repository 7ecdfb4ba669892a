package keeper

import (
	"os"
	"time"
)

// SpawnOptions say how to start a keeper.
type SpawnOptions struct {
	// Executable is this program, and Args the arguments of its hidden command that calls Run.
	Executable string
	Args       []string
	// Dir is the working folder; Env the whole environment, nil is ours.
	Dir string
	Env []string
	// Leash makes the run end when the process that spawned it dies or releases it.
	Leash bool
	// Log is the path of the file that takes what the keeper and the control process write.
	Log string
	// Within bounds the wait for the control process; zero is 20 s.
	Within time.Duration
}

// Process is a spawned keeper.
type Process struct {
	PID   int
	leash *os.File
	done  chan struct{}
}

// Done is closed when the keeper has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Release ends the run of a keeper on a leash; without one it does nothing. The end takes as long as the services need.
func (p *Process) Release() error {
	if p.leash == nil {
		return nil
	}
	return p.leash.Close()
}

const (
	spawnWithin = 20 * time.Second
	// logLimit is the size at which the log of earlier runs is given up.
	logLimit = 1 << 20
)
