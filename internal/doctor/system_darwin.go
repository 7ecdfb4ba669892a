package doctor

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

func fileSystem(folder string) (string, error) {
	var is unix.Statfs_t
	if err := unix.Statfs(folder, &is); err != nil {
		return "", err
	}
	return unix.ByteSliceToString(is.Fstypename[:]), nil
}

func freeSpace(folder string) (space, error) {
	var is unix.Statfs_t
	if err := unix.Statfs(folder, &is); err != nil {
		return space{}, err
	}
	return space{bytes: int64(is.Bavail) * int64(is.Bsize), files: int64(is.Ffree)}, nil
}

func barred(folder string) bool {
	var is unix.Statfs_t
	return unix.Statfs(folder, &is) == nil && is.Flags&unix.MNT_NOEXEC != 0
}

func inotifyLimits() (inotify, error) { return inotify{}, errors.ErrUnsupported }

// processRooms is the limit of the user, who has processes here, not threads.
func processRooms() []room {
	var own unix.Rlimit
	all, err := unix.SysctlKinfoProcSlice("kern.proc.uid", os.Getuid())
	if err != nil || unix.Getrlimit(unix.RLIMIT_NPROC, &own) != nil || os.Getuid() == 0 {
		return nil
	}
	return []room{{"the user's limit (ulimit -u)", "ulimit -u 4096, or sudo launchctl limit maxproc 4096 8192", own.Cur, uint64(len(all))}}
}

func holdsFamilies() error { return errors.ErrUnsupported }

func looksUpItself(context.Context) (bool, error) { return false, errors.ErrUnsupported }
