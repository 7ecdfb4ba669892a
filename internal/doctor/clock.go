package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// clockProbes are the clocks of a machine: its own, that of its files, and how far the wall clock ran ahead of the
// monotonic one while it was looked at.
type clockProbes struct {
	now     func() time.Time
	written func(folder string) (time.Time, error)
	newest  func(folder string) time.Time
	jump    func(context.Context) time.Duration
}

const (
	// A file may be a tick older than the clock, and FAT counts in steps of two seconds.
	fileSlack = 3 * time.Second
	jumpSlack = 5 * time.Millisecond
)

// release date of the first Banyan: a clock before it was never set.
func epoch() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

const setClock = "timedatectl set-ntp true, or sudo sntp -sS time.apple.com on macOS"

// clock looks whether the clocks agree.
func clock(p clockProbes) Check {
	return Check{Name: "clock", Why: "certificates, traces, retention and builds compare times, some of them of files", Look: func(ctx context.Context, s Subject) []Result {
		now := p.now()
		if now.Before(epoch()) {
			return failed(fmt.Sprintf("it is %s here, before this program existed: no certificate is valid yet", now.Format(time.DateOnly)), setClock)
		}
		if by := p.jump(ctx); by > jumpSlack || by < -jumpSlack {
			return warning(fmt.Sprintf("the wall clock moved by %s against the monotonic one while it was looked at", by.Round(time.Millisecond)), setClock)
		}
		if newest := p.newest(s.Banyan.State); newest.After(p.now().Add(fileSlack)) {
			return warning(fmt.Sprintf("%s was written at %s, which is yet to come: the clock went back since", s.Banyan.State, newest.Format(time.DateTime)), setClock)
		}
		return fileClock(p, s.Banyan.State)
	}}
}

func fileClock(p clockProbes, state string) []Result {
	at, err := p.written(state)
	if err != nil {
		return fine("it is %s; no file could be written to compare with", p.now().Format(time.DateTime))
	}
	if by := at.Sub(p.now()); by > fileSlack || by < -fileSlack {
		return failed(fmt.Sprintf("a file that is written now is dated %s away: the disk keeps another time than this machine", by.Abs().Round(time.Second)),
			"set the clock of the machine that holds the disk, or keep the sources on a local one")
	}
	return fine("wall, monotonic and file times agree")
}

// writtenAt dates a file that is written now, in the folder or else among the temporary files, and removes it.
func writtenAt(folder string) (at time.Time, err error) {
	f, err := os.CreateTemp(folder, ".clock-*")
	if err != nil {
		f, err = os.CreateTemp("", ".banyan-clock-*")
	}
	if err != nil {
		return time.Time{}, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.WriteString("tick"); err != nil {
		return time.Time{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// newestIn is the latest time among the files of a folder and of the folders in it; zero without one.
func newestIn(folder string) time.Time {
	var newest time.Time
	paths, _ := filepath.Glob(filepath.Join(folder, "*"))
	below, _ := filepath.Glob(filepath.Join(folder, "*", "*"))
	for _, path := range append(paths, below...) {
		if info, err := os.Lstat(path); err == nil && info.ModTime().After(newest) {
			newest = info.ModTime()
		}
	}
	return newest
}

// wallJump compares the two clocks over a short while.
func wallJump(ctx context.Context) time.Duration {
	began := time.Now()
	wait := time.NewTimer(20 * time.Millisecond)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
	ended := time.Now()
	return ended.Round(0).Sub(began.Round(0)) - ended.Sub(began) // Round(0) takes the monotonic reading off
}
