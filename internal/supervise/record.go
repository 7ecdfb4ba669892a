package supervise

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/banyan-run/banyan/internal/atomicfile"
	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/rollout"
)

const (
	recordName    = "instances.json"
	recordVersion = 1
)

// record is what the next control process must know of instances beside what the keeper knows.
type record struct {
	Version   int             `json:"version"`
	Instances map[string]past `json:"instances"`
}

// past is an instance's state; it holds for the process of that PID only, but for the ends.
type past struct {
	PID      int           `json:"pid"`
	State    State         `json:"state"`
	Since    time.Time     `json:"since"`
	H2       bool          `json:"h2,omitempty"`
	ReadyIn  time.Duration `json:"readyIn,omitempty"`
	Restarts int           `json:"restarts,omitempty"`
	Ends     rollout.Ends  `json:"ends,omitzero"`
	Reason   string        `json:"reason,omitempty"`
}

// keepRecord writes the record after each change, and once more at the end; changes that come while it writes are written
// together.
func (s *Supervisor) keepRecord(ctx context.Context) error {
	w := recordWriter{Supervisor: s}
	for {
		version := w.write()
		select {
		case <-s.board.Changed(version):
		case <-ctx.Done():
			w.write()
			return nil
		}
	}
}

// recordWriter belongs to the goroutine of keepRecord.
type recordWriter struct {
	*Supervisor
	written []byte
	told    bool
}

// write writes the record when it changed, and returns the version that it is of.
func (w *recordWriter) write() uint64 {
	all, version := w.board.Version()
	text, err := json.Marshal(recordOf(all))
	if err == nil && !bytes.Equal(text, w.written) {
		err = atomicfile.Replace(filepath.Join(w.means.Folder, recordName), text, 0o600)
		w.written = text
	}
	if err != nil && !w.told {
		w.told = true
		w.means.Journal.Record(journal.Entry{
			Kind: journal.Notice, Subject: "instances", Text: "the state of instances cannot be kept for a restart of banyan", Why: err.Error(),
		})
	}
	return version
}

func recordOf(all []Status) record {
	r := record{recordVersion, map[string]past{}}
	for _, one := range all {
		r.Instances[one.ID] = past{one.PID, one.State, one.Since, one.H2, one.ReadyIn, one.Restarts, one.Ends, one.Reason}
	}
	return r
}

// readRecord returns what was kept; what is missing or of another version is as nothing, for every state can be found
// out anew by probing.
func readRecord(folder string) map[string]past {
	var r record
	text, err := os.ReadFile(filepath.Join(folder, recordName))
	if err != nil || json.Unmarshal(text, &r) != nil || r.Version != recordVersion {
		return nil
	}
	return r.Instances
}
