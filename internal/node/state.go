package node

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/atomicfile"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/migration"
	"github.com/banyan-run/banyan/internal/project"
)

// state is the folder .banyan beside the file.
type state struct{ root string }

func (s state) run() string             { return filepath.Join(s.root, "run") }
func (s state) path(name string) string { return filepath.Join(s.root, name) }

// openState makes the folder where it is missing, and brings one of an earlier release to the form of this one.
func openState(at project.Place) (state, migration.Report, error) {
	s := state{at.State()}
	if err := os.MkdirAll(s.run(), 0o700); err != nil {
		return s, migration.Report{}, unusable(s, err)
	}
	report, err := migration.Open(s.root)
	if err != nil {
		return s, report, unusable(s, err)
	}
	return s, report, nil
}

// migrated tells what was done to the folder.
func migrated(s state, r migration.Report) journal.Entry {
	e := journal.Entry{
		Kind: journal.Notice, Subject: "state", Text: fmt.Sprintf("what is kept was brought from version %d to version %d", r.From, r.To),
		Why: strings.Join(r.About, "; "), Lines: []string{"what was before lies in " + r.Backup},
	}
	if len(r.Left) > 0 {
		e.Lines = append(e.Lines, count(len(r.Left), "file")+" of telemetry did not fit there")
	}
	return e
}

// Prepare makes the state folder of a copy where it is missing, for who keeps something there while nothing runs. Where that fails
// nothing of it stays.
func Prepare(at project.Place) error {
	s := state{at.State()}
	var made []string
	for _, path := range []string{s.path("version"), s.path("format"), s.path("ports.json"), s.path(".gitignore"), s.run(), s.root} {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			made = append(made, path)
		}
	}
	_, _, err := openState(at)
	if err != nil {
		for _, path := range made {
			_ = os.Remove(path) // of a folder only when it is empty
		}
	}
	return err
}

// unusable says that the state folder cannot be used, why, and the way out.
func unusable(s state, err error) error {
	hint := "mend its permissions or free space; it can be deleted to start afresh"
	if errors.Is(err, migration.ErrNewer) {
		hint = "use the banyan that wrote it, or start afresh: banyan purge --dry-run, then banyan purge"
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		hint = "free some space on the disk that it lies on, then start again"
	}
	return diag.At(diag.Position{File: s.root}, diag.StateUnusable, "the state folder cannot be used: %v", cmp.Or(fullDisk(err), err)).
		WithHint("%s", hint)
}

// fullDisk is err when it says that a disk is full, in words that need no knowledge of the system's; else nil.
func fullDisk(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("the disk is full: %w", err)
	}
	return nil
}

// writable tries to keep as much as a beginning run does.
func (s state) writable() error {
	const little = 64 << 10
	file, err := os.CreateTemp(s.run(), ".try-*")
	if err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	_, err = file.Write(make([]byte, little))
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}

// applied is the application that runs, kept so that a new control process takes over what runs even when the file has been
// broken since. It holds values of env, so it is for the user's eyes only, like the folder it lies in.
func (s state) applied() (*graph.App, error) {
	text, err := os.ReadFile(filepath.Join(s.run(), "applied.json"))
	if err != nil {
		return nil, err
	}
	var app graph.App
	if err := json.Unmarshal(text, &app); err != nil {
		return nil, fmt.Errorf("reading what ran: %w", err)
	}
	return &app, nil
}

// runNote is what the control processes of one run hand on to the next.
type runNote struct {
	Run     string    `json:"run"`
	Token   string    `json:"token"`
	Started time.Time `json:"started"`
}

// note reads what an earlier control process of the run left, or begins the run.
func (s state) note(run string) (n runNote, takeover bool, err error) {
	name := filepath.Join("run", "run.json")
	text, err := os.ReadFile(s.path(name))
	if err == nil && json.Unmarshal(text, &n) == nil && n.Run == run {
		return n, true, nil
	}
	n = runNote{Run: run, Token: api.NewToken(), Started: time.Now()}
	if text, err = json.Marshal(n); err != nil {
		return n, false, fmt.Errorf("beginning the run: %w", err)
	}
	return n, false, atomicfile.Replace(s.path(name), text, 0o600)
}

func (s state) apply(app *graph.App) error {
	text, err := json.Marshal(app)
	if err != nil {
		return fmt.Errorf("keeping what runs: %w", err)
	}
	return atomicfile.Replace(s.path(filepath.Join("run", "applied.json")), text, 0o600)
}
