//go:build linux || darwin

package keeper

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// control is the present control process; its pid is 0 while there is none.
type control struct {
	pid     int
	started time.Time
	link    *link
	// brief counts those in a row that ended right after their start.
	brief     int
	dismissed bool
}

// startControl starts the control process with one end of a socket pair. It has no death signal: it outlives the
// keeper for as long as it takes to end what the keeper leaves.
func (k *keeper) startControl() error {
	ours, theirs, err := socketPair()
	if err != nil {
		return err
	}
	defer func() { _ = theirs.Close() }()
	w, err := newWire(ours)
	if err = errors.Join(err, ours.Close()); err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return errors.Join(fmt.Errorf("starting the control process: %w", err), w.close())
	}
	defer func() { _ = null.Close() }()
	environment := append(os.Environ(), socketVariable+"=3")
	pid, err := k.forker.fork(program(k.options.Control[0], "", environment), k.options.Control, &syscall.ProcAttr{
		Env: environment, Files: []uintptr{null.Fd(), os.Stdout.Fd(), os.Stderr.Fd(), theirs.Fd()}, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		return errors.Join(fmt.Errorf("starting the control process %s: %w", k.options.Control[0], err), w.close())
	}
	k.control.pid, k.control.started, k.control.link = pid, time.Now(), k.connect(w)
	k.remember()
	return nil
}

// controlEnded starts the next control process, but when the run ends, or when it breaks again and again. A successor that never
// became ready gives way to the program before it.
func (k *keeper) controlEnded(exit Exit) {
	if k.handing != nil {
		k.log("%s ended before it was ready: %s takes over again", k.options.Control[0], k.handing.before[0])
		k.options.Control = k.handing.before
	}
	life := time.Since(k.control.started)
	k.control.link.end()
	k.control.pid, k.control.link = 0, nil
	k.endWork()
	if k.ending {
		return
	}
	if k.retiring {
		k.end()
		return
	}
	if k.control.brief++; life >= briefLife {
		k.control.brief = 0
	}
	k.log("the control process ended after %s with code %d %s", life.Round(time.Millisecond), exit.Code, exit.Signal)
	if k.control.brief >= brokenLimit {
		k.giveUp(fmt.Errorf("the control process ended %d times right after its start, with code %d", k.control.brief, exit.Code))
		return
	}
	k.remember()
	k.after(pause(k.control.brief), k.restartControl)
}

// pause is nothing for the first death, then doubles from 50 ms.
func pause(brief int) time.Duration {
	if brief <= 1 {
		return 0
	}
	return 50 * time.Millisecond << (brief - 2)
}

func (k *keeper) restartControl() {
	if k.ending || k.retiring {
		k.end()
		return
	}
	if err := k.startControl(); err != nil {
		k.giveUp(err)
	}
}

func (k *keeper) giveUp(err error) {
	k.log("giving up: %v", err)
	k.failure = err
	k.end()
}

func (k *keeper) killControl() {
	if k.control.pid != 0 {
		k.log("the control process did not end by itself")
		_ = syscall.Kill(k.control.pid, syscall.SIGKILL)
	}
	k.signalFormer(syscall.SIGKILL)
}

func socketPair() (*os.File, *os.File, error) {
	syscall.ForkLock.RLock()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(pair[0])
		syscall.CloseOnExec(pair[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("making the keeper's socket: %w", err)
	}
	return os.NewFile(uintptr(pair[0]), "keeper"), os.NewFile(uintptr(pair[1]), "control"), nil
}
