//go:build unix

package task

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lock takes a file that goes free when nobody has it open any more, neither the process nor what it handed it on to (flock(2)).
func lock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, errors.Join(errBusy, file.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("locking %s: %w", path, err), file.Close())
	}
	return file, nil
}

func unlock(file *os.File) error { return syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }

// heirs are the files that a task keeps open: where the process that runs it is killed, the task stays taken until it ends too.
func heirs(file *os.File) []*os.File { return []*os.File{file} }

// gone tells whether there is no such process any more.
func gone(pid int) bool { return pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
