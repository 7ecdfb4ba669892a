package supervise

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/journal"
)

func TestWhatChangesLastIsKept(t *testing.T) {
	for range 20 {
		in(t, func(s *stage) {
			s.keep(orders())
			s.settle(time.Second)
			s.post(Status{ID: "late.1", PID: 9, State: Ready})
			if err := s.Close(); err != nil {
				s.Fatal(err)
			}
			if got := readRecord(s.means.Folder); got["late.1"].PID != 9 || got["orders.1"].State != Ready {
				s.Errorf("it is %v", got)
			}
		})
	}
}

func TestARecordThatCannotBeReadIsAsNone(t *testing.T) {
	folder := t.TempDir()
	for _, text := range []string{`{"version":1,"inst`, `{"version":2,"instances":{"a.1":{"pid":1}}}`, ``} {
		if err := os.WriteFile(filepath.Join(folder, recordName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readRecord(folder); got != nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func TestAFolderThatCannotBeWrittenIsToldOnce(t *testing.T) {
	in(t, func(s *stage) {
		if err := s.Close(); err != nil {
			s.Fatal(err)
		}
		s.means.Folder = filepath.Join(s.means.Folder, "file")
		if err := os.WriteFile(s.means.Folder, nil, 0o600); err != nil {
			s.Fatal(err)
		}
		s.begin()
		s.keep(orders())
		s.settle(time.Minute)
		s.state("orders.1", Ready, "ready")
		if e := s.journal.find(journal.Notice); len(e) != 1 {
			s.Errorf("the journal has %v", e)
		}
	})
}
