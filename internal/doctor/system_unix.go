//go:build unix

package doctor

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// writable asks the system, without a trace; it knows read-only disks too (access(2)).
func writable(folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%w: it is no folder", fs.ErrInvalid)
	}
	return unix.Access(folder, unix.W_OK|unix.X_OK)
}

func examineFolder(path string) (folder, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return folder{}, err
	}
	stat, known := info.Sys().(*syscall.Stat_t)
	return folder{info.Mode(), !known || int(stat.Uid) == os.Getuid()}, nil
}

// fileLimits asks a shell for what services get: Go raises its own soft limit, and gives children back the first one.
func fileLimits(ctx context.Context) (descriptors, error) {
	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &own); err != nil {
		return descriptors{}, err
	}
	is := descriptors{hard: own.Max}
	out, err := exec.CommandContext(ctx, "/bin/sh", "-c", "ulimit -n").Output()
	if err != nil {
		return is, nil //nolint:nilerr // a machine without a shell tells half
	}
	text := strings.TrimSpace(string(out))
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		is.soft = n
	} else if text == "unlimited" {
		is.soft = math.MaxUint64
	}
	return is, nil
}

// endTogether has a program end with all that it started: a stub of a version manager is a shell with children.
func endTogether(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
}
