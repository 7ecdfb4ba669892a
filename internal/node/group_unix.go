//go:build !windows

package node

import "syscall"

// inGroup tells whether a process is in the group of a leader. One that made a group of its own is not found so.
func inGroup(pid, leader int) bool {
	group, err := syscall.Getpgid(pid)
	return err == nil && group == leader
}
