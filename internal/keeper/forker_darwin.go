package keeper

import "syscall"

// forker starts children. macOS has no death signal: when the keeper dies, the control process ends them by the record.
type forker struct{}

func newForker() *forker { return &forker{} }

func (*forker) fork(argv0 string, argv []string, attributes *syscall.ProcAttr) (int, error) {
	return syscall.ForkExec(argv0, argv, attributes)
}

func (*forker) close() {}

func groupOfItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// adoptOrphans does nothing: macOS gives orphans to launchd.
func adoptOrphans() error { return nil }
