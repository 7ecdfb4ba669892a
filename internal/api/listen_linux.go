package api

import (
	"net"

	"golang.org/x/sys/unix"
)

// credentials asks the kernel who connected (unix(7), SO_PEERCRED). Whom it does not tell is nobody's process, and not let in.
func credentials(conn net.Conn) (peer, bool) {
	socket, is := conn.(*net.UnixConn)
	if !is {
		return peer{}, false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return peer{uid: -1}, true
	}
	var cred *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	if err != nil || failed != nil {
		return peer{uid: -1}, true
	}
	return peer{uid: int(cred.Uid), pid: int(cred.Pid)}, true
}
