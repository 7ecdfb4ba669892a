package keeper

import (
	"errors"
	"fmt"
	"syscall"
)

// The refusals of the keeper that a caller may want to tell apart. Those of the system are syscall errors: errors.Is
// finds fs.ErrNotExist and fs.ErrPermission for a program, syscall.EADDRINUSE for an address.
var (
	ErrNoChild  = errors.New("no such child")
	ErrRunning  = errors.New("a child of this key runs")
	ErrNoDir    = errors.New("folder does not exist")
	ErrEnding   = errors.New("the keeper is ending")
	ErrDetached = errors.New("the keeper is gone")
	// ErrHandedOver refuses a control process that another one has taken over from.
	ErrHandedOver = errors.New("another control process has taken over")
	// ErrSucceeding refuses a second successor while the first one begins.
	ErrSucceeding = errors.New("another control process is just taking over")
)

var faultKinds = []struct {
	kind string
	err  error
}{{"no-child", ErrNoChild}, {"running", ErrRunning}, {"no-dir", ErrNoDir}, {"ending", ErrEnding}, {"handed-over", ErrHandedOver},
	{"succeeding", ErrSucceeding}}

// fault is an error on its way through the socket: a kind of ours or a number of the system's, and the text.
type fault struct {
	Kind  string `json:"kind,omitempty"`
	Errno int    `json:"errno,omitempty"`
	Text  string `json:"text"`
}

func newFault(err error) *fault {
	if err == nil {
		return nil
	}
	f := &fault{Text: err.Error()}
	for _, k := range faultKinds {
		if errors.Is(err, k.err) {
			f.Kind = k.kind
		}
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		f.Errno = int(number)
	}
	return f
}

// err is the error again, with the same answer to errors.Is.
func (f *fault) err() error {
	if f == nil {
		return nil
	}
	remote := &remoteError{text: f.Text}
	if f.Errno != 0 {
		remote.cause = syscall.Errno(f.Errno)
	}
	for _, k := range faultKinds {
		if k.kind == f.Kind {
			remote.cause = k.err
		}
	}
	return remote
}

type remoteError struct {
	text  string
	cause error
}

func (e *remoteError) Error() string { return e.text }
func (e *remoteError) Unwrap() error { return e.cause }

func absent(key string) error { return fmt.Errorf("looking for %q: %w", key, ErrNoChild) }
