package proxy

import (
	"io"
	"net"
	"os"
	"syscall"
)

func (s *socket) bind(conn *net.TCPConn) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	s.raw = raw
	s.read.do, s.write.do, s.peek = s.read.receive, s.write.send, s.read.peek
}

// receive reads what has come, else has the poller wait.
func (s *socket) receive(p []byte) (int, error) {
	if s.raw == nil || len(p) == 0 {
		return s.Conn.Read(p)
	}
	s.read.p = p
	err := s.raw.Read(s.read.do)
	s.read.p = nil
	switch {
	case err != nil:
		return 0, err
	case s.read.errno != 0:
		return 0, os.NewSyscallError("recvfrom", s.read.errno)
	case s.read.n == 0:
		return 0, io.EOF
	}
	return s.read.n, nil
}

// receive is what the poller calls, at once and whenever something has come; it is false when there was nothing.
func (t *transfer) receive(fd uintptr) bool {
	t.n, t.errno = receiveNow(fd, t.p, 0)
	return t.errno != syscall.EAGAIN
}

// transmit sends what the system takes at once.
func (s *socket) transmit(p []byte) (int, error) {
	if s.raw == nil || len(p) == 0 {
		return 0, nil
	}
	s.write.p = p
	err := s.raw.Write(s.write.do)
	s.write.p = nil
	if err == nil && s.write.errno != 0 {
		err = os.NewSyscallError("sendto", s.write.errno)
	}
	return s.write.n, err
}

// send is called once: whether there is room or not, the poller is not to wait.
func (t *transfer) send(fd uintptr) bool {
	if t.n, t.errno = sendNow(fd, t.p); t.errno == syscall.EAGAIN {
		t.errno = 0
	}
	return true
}

// quiet tells whether an unused connection is open and has nothing to read: bytes that nobody asked for are as bad as its end.
func (s *socket) quiet() bool {
	if s.raw == nil {
		return true // TLS: seen when the first write or read fails
	}
	return s.raw.Control(s.peek) == nil && s.read.errno == syscall.EAGAIN
}

func (t *transfer) peek(fd uintptr) {
	var b [1]byte
	t.n, t.errno = receiveNow(fd, b[:], syscall.MSG_PEEK)
}
