//go:build unix

package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// Own refuses a folder that is no folder or that another user made first, as anybody may in a shared /tmp.
func Own(folder string) error {
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("looking at a folder: %w", err)
	}
	if stat, known := info.Sys().(*syscall.Stat_t); !info.IsDir() || known && int(stat.Uid) != os.Getuid() {
		return fmt.Errorf("%s belongs to another user", folder)
	}
	return nil
}

// turn waits until no other process chooses, and returns what ends the turn. The lock is flock(2)'s: it ends with the process.
func turn() (done func() error, err error) {
	folder, err := runtimeFolder()
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(folder, "ports.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("waiting to choose a port: %w", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err == nil {
			return f.Close, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(fmt.Errorf("waiting to choose a port: %w", err), f.Close())
		}
	}
}
