package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"syscall"
)

// ports looks whether the gateway's address can be listened at, and if not, who has it.
func ports(listen func(address string) error, owner func(port int) (pid int, program string, known bool)) Check {
	return Check{Name: "ports", Why: "the gateway listens there; everything else gets a port that is free", Look: func(_ context.Context, s Subject) []Result {
		if s.App == nil {
			return fine("there is no file that names one")
		}
		address := s.App.Edge.Listen
		if s.Running {
			return fine("%s is held by this application, which runs", address)
		}
		return portOf(address, place(s), listen(address), owner)
	}}
}

func place(s Subject) string {
	if at := s.App.Edge.ListenAt; !at.IsZero() {
		return at.String()
	}
	return s.App.File
}

func portOf(address, at string, err error, owner func(int) (int, string, bool)) []Result {
	elsewhere := fmt.Sprintf("gateway: {listen: 127.0.0.1:18080}   in %s", at)
	switch {
	case err == nil:
		return fine("%s is free", address)
	case errors.Is(err, syscall.EADDRINUSE):
		_, text, _ := net.SplitHostPort(address)
		port, _ := strconv.Atoi(text)
		if pid, program, known := owner(port); known {
			return failed(fmt.Sprintf("%s is taken by %s, process %d", address, program, pid), fmt.Sprintf("kill %d, or %s", pid, elsewhere))
		}
		return failed(address+" is taken by a process that the system does not show", fmt.Sprintf("sudo lsof -nP -iTCP:%s -sTCP:LISTEN, or %s", text, elsewhere))
	case errors.Is(err, fs.ErrPermission):
		return failed(address+" may not be listened at by this user: its port is below 1024", elsewhere)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return failed(address+" is no address of this machine", elsewhere)
	}
	return failed(fmt.Sprintf("%s cannot be listened at: %s", address, err), elsewhere)
}

// tryListen takes an address for a moment.
func tryListen(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return l.Close()
}
