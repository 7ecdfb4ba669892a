//go:build linux || darwin

package keeper

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
)

// wire is one end of the socket pair: frames, and the descriptors that travel with them (SCM_RIGHTS). Reading is for
// one goroutine, writing for one other.
type wire struct {
	socket *net.UnixConn
	// arrived descriptors belong to frames that were not decoded yet; the order on a stream is kept (unix(7)).
	arrived []*os.File
}

// maxRights is how many descriptors one read may carry.
const maxRights = 16

func newWire(f *os.File) (*wire, error) {
	c, err := net.FileConn(f)
	if err != nil {
		return nil, fmt.Errorf("opening the keeper's socket: %w", err)
	}
	socket, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("opening the keeper's socket: not a Unix socket"), c.Close())
	}
	return &wire{socket: socket}, nil
}

// Read reads bytes and gathers descriptors.
func (w *wire) Read(p []byte) (int, error) {
	rights := make([]byte, syscall.CmsgSpace(4*maxRights))
	n, oob, _, _, err := w.socket.ReadMsgUnix(p, rights)
	if oob > 0 {
		w.gather(rights[:oob])
	}
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func (w *wire) gather(rights []byte) {
	messages, err := syscall.ParseSocketControlMessage(rights)
	if err != nil {
		return
	}
	for i := range messages {
		descriptors, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			continue
		}
		for _, d := range descriptors {
			w.arrived = append(w.arrived, os.NewFile(uintptr(d), "socket"))
		}
	}
}

// receive returns the next frame and its descriptors, which the caller closes.
func (w *wire) receive() (message, []*os.File, error) {
	m, err := decode(w)
	if err != nil {
		return m, nil, err
	}
	if m.Descriptors < 0 || m.Descriptors > len(w.arrived) {
		return m, nil, fmt.Errorf("taking %d descriptors of %d: %w", m.Descriptors, len(w.arrived), errFrame)
	}
	files := w.arrived[:m.Descriptors]
	w.arrived = w.arrived[m.Descriptors:]
	return m, files, nil
}

// send writes one frame with at most one descriptor.
func (w *wire) send(m message, with *os.File) error {
	var rights []byte
	if with != nil {
		m.Descriptors = 1
		rights = syscall.UnixRights(int(with.Fd()))
	}
	b, err := encode(m)
	if err != nil {
		return err
	}
	n, _, err := w.socket.WriteMsgUnix(b, rights, nil)
	if err == nil && n < len(b) {
		_, err = w.socket.Write(b[n:])
	}
	return err
}

// close ends both directions and what arrived for nobody.
func (w *wire) close() error {
	return w.socket.Close()
}

// discard closes descriptors that were never taken; called by the reader when it ends.
func (w *wire) discard() {
	for _, f := range w.arrived {
		_ = f.Close()
	}
	w.arrived = nil
}
