package api

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/project"
)

// Listen opens the control socket with mode 0600 in a folder of mode 0700. A connection of another user, or of a process of
// which supervised says that a service owns it, is closed without an answer, where the system tells who connects.
func Listen(path string, supervised func(pid int) bool) (net.Listener, error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the socket's folder: %w", err)
	}
	if err := project.Own(folder); err != nil {
		return nil, err
	}
	// What lies there was left by a process that is gone: the keeper's lock lets one control process run at a time.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("removing the old socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listening on the control socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("closing the socket to others: %w", err), l.Close())
	}
	return guarded{l, supervised}, nil
}

// guarded is a listener that knows who may connect.
type guarded struct {
	net.Listener
	supervised func(pid int) bool
}

func (g guarded) Accept() (net.Conn, error) {
	for {
		conn, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		who, known := credentials(conn)
		if !known || who.uid == os.Getuid() && !g.supervised(who.pid) {
			return conn, nil
		}
		_ = conn.Close() // nobody to tell
	}
}

// peer is the process at the other end.
type peer struct{ uid, pid int }
