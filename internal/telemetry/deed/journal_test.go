package deed

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/journal"
	"github.com/banyan-run/banyan/internal/redact"
)

func open(t *testing.T, folder string, set *redact.Set) *Journal {
	t.Helper()
	j, err := Open(t.Context(), folder, set)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func TestEntriesOutliveTheProcess(t *testing.T) {
	folder := t.TempDir()
	j := open(t, folder, &redact.Set{})
	for i := range 5 {
		j.Record(journal.Entry{Kind: journal.Start, Subject: fmt.Sprint("s", i), Text: "started"})
	}
	// No Close: what Record returned from is in the file.
	again := open(t, folder, &redact.Set{})
	last := again.Last(3)
	if len(last) != 3 || last[0].Subject != "s2" || last[2].Subject != "s4" || last[2].At.IsZero() {
		t.Fatalf("%+v", last)
	}
}

func TestATornLineIsCut(t *testing.T) {
	folder := t.TempDir()
	j := open(t, folder, &redact.Set{})
	j.Record(journal.Entry{Kind: journal.Up, Subject: "shop", Text: "up"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, current)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(whole, `{"at":"2026-`...), 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, folder, &redact.Set{})
	j.Record(journal.Entry{Kind: journal.Down, Subject: "shop", Text: "down"})
	if last := open(t, folder, &redact.Set{}).Last(10); len(last) != 2 || last[1].Kind != journal.Down {
		t.Fatalf("%+v", last)
	}
}

func TestTheFileIsBoundedAndTheNewestStay(t *testing.T) {
	folder := t.TempDir()
	j := open(t, folder, &redact.Set{})
	j.limit = 2000
	for i := range 100 {
		j.Record(journal.Entry{Kind: journal.Start, Subject: fmt.Sprint("s", i), Text: strings.Repeat("x", 50)})
	}
	for _, name := range []string{current, previous} {
		info, err := os.Stat(filepath.Join(folder, name))
		if err != nil || info.Size() > 2000 {
			t.Fatalf("%s: %v, %v", name, info, err)
		}
	}
	last := open(t, folder, &redact.Set{}).Last(10)
	if len(last) != 10 || last[9].Subject != "s99" || last[0].Subject != "s90" {
		t.Fatalf("%+v", last)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	folder, set := t.TempDir(), &redact.Set{}
	if err := set.Replace([]string{"hunter2-secret"}); err != nil {
		t.Fatal(err)
	}
	lines := []string{"password hunter2-secret"}
	open(t, folder, set).Record(journal.Entry{Kind: journal.Crash, Text: "hunter2-secret", Why: "hunter2-secret", Lines: lines})
	data, err := os.ReadFile(filepath.Join(folder, current))
	if err != nil || strings.Contains(string(data), "hunter2") || strings.Count(string(data), redact.Mask) != 3 {
		t.Fatalf("%s, %v", data, err)
	}
	if lines[0] != "password hunter2-secret" {
		t.Fatal("the caller's lines were changed")
	}
}

func TestAFollowerSeesWhatComes(t *testing.T) {
	j := open(t, t.TempDir(), &redact.Set{})
	j.Record(journal.Entry{Kind: journal.Up, Subject: "before"})
	past, f := j.Follow(10)
	defer f.Close()
	j.Record(journal.Entry{Kind: journal.Down, Subject: "after"})
	come, lost, err := f.Next(t.Context())
	if err != nil || lost != 0 || len(past) != 1 || len(come) != 1 || come[0].Subject != "after" {
		t.Fatalf("past %+v, come %+v, lost %d, %v", past, come, lost, err)
	}
}

func TestADiskThatRefusesLosesNothingInMemory(t *testing.T) {
	j := open(t, t.TempDir(), &redact.Set{})
	j.mu.Lock()
	_ = j.mu.file.Close() // every write fails from now on
	j.mu.Unlock()
	j.Record(journal.Entry{Kind: journal.Up, Subject: "shop"})
	if n, err := j.Lost(); n != 1 || err == nil || len(j.Last(10)) != 1 {
		t.Fatalf("lost %d, %v, kept %d", n, err, len(j.Last(10)))
	}
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(path, "journal"), &redact.Set{}); err == nil || !strings.HasPrefix(err.Error(), "opening the journal: ") {
		t.Fatalf("%v", err)
	}
}

// Whatever a crash left: its whole lines stay, and are the same when it is read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"at":"2026-05-04T03:02:01Z","kind":"up","subject":"shop","text":"up"}` + "\n" + `{"at":"2026`))
	f.Add([]byte("\n\nnull\n[]\n{\"kind\":7}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), current)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		entries, whole, err := read(path)
		if err != nil || whole > int64(len(data)) || whole > 0 && data[whole-1] != '\n' || strings.Contains(string(data[whole:]), "\n") {
			t.Fatalf("%d of %d bytes are whole, %v", whole, len(data), err)
		}
		if err := os.Truncate(path, whole); err != nil {
			t.Fatal(err)
		}
		again, length, err := read(path)
		if err != nil || length != whole || len(again) != len(entries) {
			t.Fatalf("%d entries of %d bytes, and again %d of %d, %v", len(entries), whole, len(again), length, err)
		}
	})
}

func TestAJournalThatCannotBeReadIsAnError(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, previous), 0o700); err != nil { // reading a folder fails
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), folder, &redact.Set{}); err == nil || !strings.HasPrefix(err.Error(), "opening the journal: ") {
		t.Fatalf("%v", err)
	}
}
