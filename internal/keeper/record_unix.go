//go:build linux || darwin

package keeper

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

const (
	recordName    = "keeper.json"
	lockName      = "keeper.lock"
	recordVersion = 1
)

// record is what a later process needs to end what a dead keeper left.
type record struct {
	Version int       `json:"version"`
	Run     string    `json:"run"`
	Since   time.Time `json:"since"`
	Keeper  identity  `json:"keeper"`
	Control identity  `json:"control"`
	Groups  []group   `json:"groups"`
}

// identity is a process: its number, and its start so that the number cannot be mistaken.
type identity struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"`
}

type group struct {
	Key string `json:"key"`
	identity
}

var errVersion = errors.New("written by another version")

// identify names a running process; the zero identity names none.
func identify(pid int) identity {
	start, alive := startOf(pid)
	if !alive {
		return identity{}
	}
	return identity{pid, start}
}

// alive tells whether the very process still runs.
func (i identity) alive() bool {
	return i.PID > 1 && identify(i.PID) == i
}

// readRecord returns the record of dir, the zero one where there is none.
func readRecord(dir string) (record, error) {
	var r record
	b, err := os.ReadFile(filepath.Join(dir, recordName))
	if errors.Is(err, os.ErrNotExist) {
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("reading the keeper's record: %w", err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return record{}, fmt.Errorf("reading the keeper's record: %w", err)
	}
	if r.Version != recordVersion {
		return r, fmt.Errorf("reading the keeper's record of version %d: %w", r.Version, errVersion)
	}
	return r, nil
}

// write replaces the record at once: a reader sees the old or the new one. It survives the death of any process; it
// need not survive the machine's, which ends all processes.
func (r record) write(dir string) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing the keeper's record: %w", err)
	}
	if err := atomicfile.Replace(filepath.Join(dir, recordName), b, 0o600); err != nil {
		return fmt.Errorf("writing the keeper's record: %w", err)
	}
	return nil
}

func removeRecord(dir string) error {
	if err := os.Remove(filepath.Join(dir, recordName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing the keeper's record: %w", err)
	}
	return nil
}
