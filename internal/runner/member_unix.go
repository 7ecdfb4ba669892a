//go:build unix && !linux

package runner

import "syscall"

// kinOf is a process's group; its parent is not asked for.
func kinOf(pid int) (parent, group int, known bool) {
	group, err := syscall.Getpgid(pid)
	return 0, group, err == nil
}
