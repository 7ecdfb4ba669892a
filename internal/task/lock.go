package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Holder is who runs a task.
type Holder struct {
	PID int `json:"pid"`
	// Who says it in words: `banyan run`, or the hook of a service.
	Who   string    `json:"who"`
	Since time.Time `json:"since"`
}

// HeldError says that a task is being run by somebody else.
type HeldError struct {
	Task   string
	Holder Holder
}

// Error is one line.
func (e HeldError) Error() string {
	left := ""
	if gone(e.Holder.PID) {
		left = ", which is gone; what it started runs on"
	}
	return fmt.Sprintf("%s is being run already, since %s: %s (process %d%s)", e.Task, e.Holder.Since.Format(time.TimeOnly), e.Holder.Who, e.Holder.PID, left)
}

// errBusy is what lock returns for a file that somebody else has.
var errBusy = errors.New("the lock is held")

func lockPath(folder, name string) string { return filepath.Join(folder, name+".lock") }

// hold takes the task for one run; release gives it back. Otherwise it goes with the process that took it and with those to which it
// was handed on, however they end.
func hold(folder, name, who string) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("taking the task %s: %w", name, err)
	}
	file, err := lock(lockPath(folder, name))
	if errors.Is(err, errBusy) {
		held := HeldError{Task: name}
		held.Holder, _ = noted(lockPath(folder, name))
		return nil, held
	}
	if err != nil {
		return nil, fmt.Errorf("taking the task %s: %w", name, err)
	}
	text, err := json.Marshal(Holder{os.Getpid(), who, time.Now()})
	if err == nil {
		err = errors.Join(file.Truncate(0), func() error { _, err := file.WriteAt(text, 0); return err }())
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("taking the task %s: %w", name, err), file.Close())
	}
	return file, nil
}

// release gives a task back, whoever else has its file open: what a run leaves behind on purpose does not keep it.
func release(file *os.File) { _ = errors.Join(file.Truncate(0), unlock(file), file.Close()) }

// holder tells who has a task, without taking it.
func holder(folder, name string) (Holder, bool) {
	h, some := noted(lockPath(folder, name))
	if !some {
		return Holder{}, false
	}
	file, err := lock(lockPath(folder, name))
	if errors.Is(err, errBusy) {
		return h, true
	}
	if err == nil {
		release(file) // who was killed left its note: it is looked at once, since each look keeps the task for a moment
	}
	return Holder{}, false
}

func noted(path string) (h Holder, some bool) {
	text, err := os.ReadFile(path)
	if err != nil || len(text) == 0 {
		return Holder{}, false
	}
	return h, json.Unmarshal(text, &h) == nil
}
