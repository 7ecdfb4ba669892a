package reconcile

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/journal"
)

func TestARecordThatCannotBeReadIsTold(t *testing.T) {
	for _, row := range []struct {
		says, text string
		told       int
	}{
		{"there is none", "", 0},
		{"it was cut", `{"version":1,"serv`, 1},
		{"it is of another version", `{"version":2}`, 1},
		{"it has a service of nothing", `{"version":1,"run":"run1","services":{"a":null}}`, 0},
		{"it has no services", `{"version":1,"run":"run1"}`, 0},
	} {
		t.Run(row.says, func(t *testing.T) {
			in(t, func(s *stage) {
				if row.text != "" {
					if err := os.WriteFile(filepath.Join(s.means.Folder, recordName), []byte(row.text), 0o600); err != nil {
						s.Fatal(err)
					}
				}
				s.begin(appOf("a"))
				s.settle(2 * boot)
				s.phase("a", Running)
				if told := s.journal.find(journal.Notice, "releases"); len(told) != row.told {
					s.Errorf("the journal has %v", told)
				}
			})
		})
	}
}

func TestAFolderThatCannotBeWrittenIsToldOnce(t *testing.T) {
	in(t, func(s *stage) {
		s.means.Folder = filepath.Join(s.means.Folder, "file")
		if err := os.WriteFile(s.means.Folder, nil, 0o600); err != nil {
			s.Fatal(err)
		}
		s.begin(appOf("a", "b"))
		s.settle(2 * boot)
		if err := s.Scale("a", 2); err != nil {
			s.Fatal(err)
		}
		s.settle(2 * boot)
		s.phase("a", Running)
		told := s.journal.find(journal.Notice, "releases")
		if len(told) != 2 || !strings.Contains(told[0].Text, "cannot be read") || !strings.Contains(told[1].Text, "cannot be kept") {
			s.Errorf("the journal has %v", told)
		}
	})
}

func TestWithinIsForgottenByAnotherRun(t *testing.T) {
	n := 3
	r := &record{Down: true, Services: map[string]*memory{"a": {Last: 7, Within: within{Stopped: true, Scale: &n, Current: "7-x"}}}}
	r.forget()
	if want := (&record{Services: map[string]*memory{"a": {Last: 7}}}); !reflect.DeepEqual(r, want) {
		t.Errorf("it keeps %+v", r.Services["a"])
	}
}
