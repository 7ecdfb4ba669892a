//go:build linux && race

package proxy

import (
	"errors"
	"syscall"
)

// The race detector knows of Read and Write that what was sent happened before what is received. The descriptors do not block.

func receiveNow(fd uintptr, p []byte, flags uintptr) (int, syscall.Errno) {
	if flags != 0 {
		n, _, err := syscall.Recvfrom(int(fd), p, int(flags)|syscall.MSG_DONTWAIT)
		return max(n, 0), asErrno(err)
	}
	n, err := syscall.Read(int(fd), p)
	return max(n, 0), asErrno(err)
}

func sendNow(fd uintptr, p []byte) (int, syscall.Errno) {
	n, err := syscall.Write(int(fd), p)
	return max(n, 0), asErrno(err)
}

func asErrno(err error) syscall.Errno {
	var errno syscall.Errno
	_ = errors.As(err, &errno)
	return errno
}
