//go:build linux || darwin

package keeper

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// handing is a hand-over that is under way.
type handing struct {
	// before is the command of the control process that hands over; done tells that one that somebody has taken over.
	before []string
	done   func()
}

// successionWithin bounds the time until a successor is ready.
const successionWithin = 20 * time.Second

// succeed starts another program as the control process, beside the present one, which goes on answering what it has begun.
func (k *keeper) succeed(l *link, m message) {
	if err := k.maySucceed(m.Key); err != nil {
		l.answer(m, message{}, nil, err)
		return
	}
	h := &handing{before: k.options.Control, done: func() { l.answer(m, message{}, nil, nil) }}
	k.handing = h
	k.former[k.control.pid] = l
	l.retire()
	k.control = control{}
	k.options.Control = append([]string{m.Key}, h.before[1:]...)
	if err := k.startControl(); err != nil {
		k.log("%v", err)
		k.options.Control = h.before
		k.restartControl()
	}
	k.after(successionWithin, func() {
		if k.handing == h && k.control.pid != 0 {
			_ = syscall.Kill(k.control.pid, syscall.SIGKILL)
		}
	})
}

func (k *keeper) maySucceed(executable string) error {
	switch {
	case k.handing != nil:
		return fmt.Errorf("handing over to %s: %w", executable, ErrSucceeding)
	case k.ending || k.retiring:
		return fmt.Errorf("handing over to %s: %w", executable, ErrEnding)
	case !filepath.IsAbs(executable):
		return fmt.Errorf("handing over to %s: %w", executable, errors.New("it is no absolute path"))
	}
	if err := unix.Access(executable, unix.X_OK); err != nil {
		return fmt.Errorf("handing over to %s: %w", executable, err)
	}
	return nil
}

// succeeded ends the hand-over: the present control process is ready.
func (k *keeper) succeeded() {
	if k.handing != nil {
		k.handing.done()
		k.handing = nil
	}
}

func (k *keeper) signalFormer(number syscall.Signal) {
	var pids []int
	for pid := range k.former {
		pids = append(pids, pid)
	}
	slices.Sort(pids)
	for _, pid := range pids {
		_ = syscall.Kill(pid, number)
	}
}
