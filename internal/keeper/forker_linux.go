package keeper

import (
	"fmt"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// forker starts children from one thread that lives as long as the keeper: the death signal of a child follows the
// thread that forked it, not the process (PR_SET_PDEATHSIG(2const)).
type forker struct {
	work chan func()
}

func newForker() *forker {
	f := &forker{work: make(chan func())}
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine, at the end of the keeper
		for do := range f.work {
			do()
		}
	}()
	return f
}

func (f *forker) fork(argv0 string, argv []string, attributes *syscall.ProcAttr) (pid int, err error) {
	done := make(chan struct{})
	f.work <- func() {
		pid, err = syscall.ForkExec(argv0, argv, attributes)
		close(done)
	}
	<-done
	return pid, err
}

func (f *forker) close() { close(f.work) }

// groupOfItsOwn has a child die with the keeper. Its own children do not inherit that: Sweep finds them.
func groupOfItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// adoptOrphans makes the keeper the parent of what its children leave behind, so that it reaps them.
func adoptOrphans() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("becoming the parent of orphans: %w", err)
	}
	return nil
}
