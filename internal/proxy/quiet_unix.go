//go:build unix && !linux

package proxy

import "syscall"

// quiet tells whether an unused connection is open and has nothing to read: bytes that nobody asked for are as bad as its end.
func (s *socket) quiet() bool {
	held, can := s.Conn.(syscall.Conn)
	if !can {
		return true // TLS: seen when the first write or read fails
	}
	raw, err := held.SyscallConn()
	if err != nil {
		return false
	}
	open := false
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, e := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		open = e == syscall.EAGAIN
	})
	return err == nil && open
}
