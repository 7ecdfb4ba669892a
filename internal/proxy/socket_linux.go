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

// ask sends message, if there is one, and reads what comes first into p; without p into a buffer that it borrows then, and returns. The
// poller is told to listen before the message goes, so that no read finds nothing.
func (s *socket) ask(message, p []byte, size int) ([]byte, int, error) {
	if s.raw == nil || p != nil && len(p) == 0 {
		return s.askConn(message, p, size)
	}
	t := &s.read
	t.message, t.p, t.size = message, p, size
	for {
		if err := s.raw.Read(t.do); err != nil {
			if s.early(err) {
				continue
			}
			return nil, 0, err
		}
		if rest := t.message; len(rest) > 0 && t.errno == 0 {
			t.message = nil
			if _, err := s.Write(rest); err != nil {
				return nil, 0, err
			}
			continue
		}
		return t.result()
	}
}

func (t *transfer) result() (p []byte, n int, err error) {
	p, t.p, t.message = t.p, nil, nil
	switch {
	case t.errno != 0:
		return p, 0, os.NewSyscallError("recvfrom", t.errno)
	case t.n == 0:
		return p, 0, io.EOF
	}
	return p, t.n, nil
}

// receive is what the poller calls, at once and whenever something has come; it is false to wait.
func (t *transfer) receive(fd uintptr) bool {
	if len(t.message) > 0 {
		t.n, t.errno = sendNow(fd, t.message)
		t.message = t.message[t.n:]
		if t.errno == syscall.EAGAIN {
			t.errno = 0
		}
		return t.errno != 0 || len(t.message) > 0 // what has no room is not sent from here
	}
	p := t.p
	if p == nil {
		p = borrow(t.size)
	}
	t.n, t.errno = receiveNow(fd, p, 0)
	switch {
	case t.errno != syscall.EAGAIN:
		t.p = p
		return true
	case t.p == nil:
		yield(p)
	}
	return false
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
