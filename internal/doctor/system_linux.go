package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/banyan-run/banyan/internal/runner"
)

// kinds are the magic numbers of statfs(2), as far as they matter here.
var kinds = map[int64]string{
	0x6969: "nfs", 0xff534d42: "smb", 0xfe534d42: "smb", 0x517b: "smb", 0x01021997: "9p", 0x65735546: "fuse", 0x786f4256: "vboxsf", 0x6a656a63: "virtiofs",
}

func fileSystem(folder string) (string, error) {
	var is unix.Statfs_t
	if err := unix.Statfs(folder, &is); err != nil {
		return "", err
	}
	return kinds[int64(uint32(is.Type))], nil // 32 bits, which some architectures sign
}

func freeSpace(folder string) (space, error) {
	var is unix.Statfs_t
	if err := unix.Statfs(folder, &is); err != nil {
		return space{}, err
	}
	left := space{bytes: int64(is.Bavail) * is.Bsize, files: -1}
	if is.Files > 0 { // btrfs and others make inodes as they are needed
		left.files = int64(is.Ffree)
	}
	return left, nil
}

// barred tells whether the folder is mounted noexec.
func barred(folder string) bool {
	var is unix.Statfs_t
	return unix.Statfs(folder, &is) == nil && is.Flags&unix.ST_NOEXEC != 0
}

func inotifyLimits() (inotify, error) {
	watches, err := number("/proc/sys/fs/inotify/max_user_watches")
	instances, other := number("/proc/sys/fs/inotify/max_user_instances")
	return inotify{int(watches), int(instances)}, errors.Join(err, other)
}

func number(path string) (uint64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 63)
}

// processRooms are the user's limit, which root has not, and the one of this control group.
func processRooms() []room {
	var rooms []room
	var own unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &own); err == nil && os.Getuid() != 0 && own.Cur < endless {
		rooms = append(rooms, room{"the user's limit (ulimit -u)", "ulimit -u 8192, or /etc/security/limits.conf: * hard nproc 8192", own.Cur, threadsOfUser()})
	}
	group, version := limits{read: os.ReadFile}.group()
	folder := path.Join(groupRoot, group)
	most, err := number(path.Join(folder, "pids.max"))
	used, other := number(path.Join(folder, "pids.current"))
	if version == 2 && err == nil && other == nil {
		rooms = append(rooms, room{"the control group " + group, "TasksMax= of the systemd unit, or docker run --pids-limit -1", most, used})
	}
	return rooms
}

// threadsOfUser counts the threads of this user: setrlimit(2) counts those, not processes.
func threadsOfUser() uint64 {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	n := uint64(0)
	for _, folder := range folders {
		var is unix.Stat_t
		if unix.Stat(folder, &is) != nil || int(is.Uid) != os.Getuid() {
			continue
		}
		if tasks, err := os.ReadDir(folder + "/task"); err == nil {
			n += uint64(len(tasks))
		}
	}
	return n
}

// holdsFamilies makes this process a subreaper for a moment, as the keeper does for good (PR_SET_CHILD_SUBREAPER(2const)).
func holdsFamilies() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("subreaper: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("subreaper: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("death signal: %w", err)
	}
	return nil
}

// looksUpItself connects to this process and asks who that was.
func looksUpItself(ctx context.Context) (bool, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return false, err
	}
	defer func() { _ = l.Close() }()
	ours, err := (&net.Dialer{}).DialContext(ctx, "tcp4", l.Addr().String())
	if err != nil {
		return false, err
	}
	defer func() { _ = ours.Close() }()
	theirs, err := l.Accept()
	if err != nil {
		return false, err
	}
	defer func() { _ = theirs.Close() }()
	const self = "self"
	group := map[int]string{syscall.Getpgrp(): self}
	name, found := (&runner.Peers{Services: func() map[int]string { return group }}).Service(theirs)
	return found && name == self, nil
}
