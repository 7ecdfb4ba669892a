//go:build linux && !race

package proxy

import (
	"syscall"
	"unsafe"
)

// receiveNow and sendNow do not tell the scheduler that a system call begins and ends. It would take the processor from a goroutine
// that is in one for longer than 20 µs, which a send over loopback is, and start a thread for it; and they cannot block
// (MSG_DONTWAIT). Package syscall has no such call that takes bytes, hence the pointer; p lives on while it is used, for it is an
// argument of the call (unsafe.Pointer, rule 4).

func receiveNow(fd uintptr, p []byte, flags uintptr) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			flags|syscall.MSG_DONTWAIT, 0, 0)
		if errno != syscall.EINTR {
			return transferred(n, errno)
		}
	}
}

func sendNow(fd uintptr, p []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall6(syscall.SYS_SENDTO, fd, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)),
			syscall.MSG_DONTWAIT|syscall.MSG_NOSIGNAL, 0, 0)
		if errno != syscall.EINTR {
			return transferred(n, errno)
		}
	}
}

func transferred(n uintptr, errno syscall.Errno) (int, syscall.Errno) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}
