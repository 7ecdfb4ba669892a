//go:build linux || darwin

package keeper

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"
)

// Sweep kills what a dead keeper of this folder left: the recorded process groups, where the recorded process is still
// the same, and every process that carries the mark of the run (the recorded one when run is empty). It refuses with
// AlreadyRunning while a keeper holds the folder, where a run is named after it had time to end, and returns when what it
// killed has ended. On macOS it knows the record only: a process that left its group is not found there.
func Sweep(dir, run string) (killed []int, err error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	held, err := lock(dir, run != "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Close()) }()
	return sweep(dir, run)
}

// sweep is Sweep for one who holds the lock.
func sweep(dir, run string) ([]int, error) {
	r, err := readRecord(dir)
	if errors.Is(err, errVersion) {
		return nil, unusable(dir, err)
	}
	// A record that cannot be read says nothing: the marks of a known run still do.
	if run == "" {
		run = r.Run
	}
	killed := sweepRecord(r)
	killed = append(killed, sweepMarks(Mark+"="+run, run != "")...)
	slices.Sort(killed)
	return slices.Compact(killed), removeRecord(dir)
}

func sweepRecord(r record) []int {
	var killed []int
	if r.Control.PID != os.Getpid() && r.Control.alive() && syscall.Kill(r.Control.PID, syscall.SIGKILL) == nil {
		killed = append(killed, r.Control.PID)
	}
	for _, g := range r.Groups {
		if g.alive() && syscall.Kill(-g.PID, syscall.SIGKILL) == nil {
			killed = append(killed, g.PID)
		}
	}
	awaitEnd(killed)
	return killed
}

// sweepMarks kills until no marked process is left: one may fork while it is looked for.
func sweepMarks(mark string, known bool) []int {
	var killed []int
	for round := 0; known && round < 20; round++ {
		left := living(marked(mark))
		if len(left) == 0 {
			break
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		killed = append(killed, left...)
		awaitEnd(left)
	}
	return killed
}

// awaitEnd waits until the processes have ended, at most a second: one in an uninterruptible call ends when it can.
func awaitEnd(pids []int) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(time.Second); len(living(pids)) > 0 && time.Now().Before(deadline); {
		<-tick.C
	}
}

func living(pids []int) []int {
	return slices.DeleteFunc(slices.Clone(pids), func(pid int) bool {
		_, alive := startOf(pid)
		return !alive
	})
}
