package keeper

import "golang.org/x/sys/unix"

func statOfProcess(pid int) (string, bool) {
	fields, ok := statOf(pid)
	if !ok {
		return "", false
	}
	return string(fields[0]), true
}

func sessionOf(pid int) (int, error) { return unix.Getsid(pid) }
