package task

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
)

const recordVersion = 1

// record is what is kept of one task.
type record struct {
	Version int `json:"version"`
	// Last is the last run, however it ended; Done the fingerprint of the last one that succeeded.
	Last *Past  `json:"last,omitempty"`
	Done string `json:"done,omitempty"`
}

// Past is a run that is over.
type Past struct {
	At   time.Time     `json:"at"`
	Took time.Duration `json:"took"`
	// Code is the exit code, -1 when the run was ended or never began.
	Code int    `json:"code"`
	Why  string `json:"why,omitempty"`
}

// State is how a task stands.
type State struct {
	Last *Past
	// Current says that it need not be run: it ran with all that it is now. It is false for what is run each time.
	Current bool
	// Holder is who runs it now, nil when nobody does.
	Holder *Holder
}

// Folder is where the notes of tasks lie below the state folder.
func Folder(state string) string { return filepath.Join(state, "tasks") }

// Look tells how a task stands. What cannot be read is as nothing: then it is run.
func Look(folder string, app *graph.App, t *graph.Task) State {
	kept := read(folder, t.Name)
	s := State{Last: kept.Last}
	if t.Once.On && kept.Done != "" {
		now, err := fingerprint(app, t, nil)
		s.Current = err == nil && now == kept.Done
	}
	if h, held := holder(folder, t.Name); held {
		s.Holder = &h
	}
	return s
}

func path(folder, name string) string { return filepath.Join(folder, name+".json") }

func read(folder, name string) record {
	var r record
	text, err := os.ReadFile(path(folder, name))
	if err != nil || json.Unmarshal(text, &r) != nil || r.Version != recordVersion {
		return record{Version: recordVersion}
	}
	return r
}

// write replaces the note of a task whole or not at all.
func write(folder, name string, r record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("noting the run of %s: %w", name, err)
	}
	draft := path(folder, name) + ".new"
	if err := os.WriteFile(draft, text, 0o600); err != nil {
		return fmt.Errorf("noting the run of %s: %w", name, err)
	}
	if err := os.Rename(draft, path(folder, name)); err != nil {
		return errors.Join(fmt.Errorf("noting the run of %s: %w", name, err), os.Remove(draft))
	}
	return nil
}
