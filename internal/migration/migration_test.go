package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMain plays the process that is killed, when its first argument says so.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == asVictim {
		beVictim(os.Args[2], os.Args[3])
	}
	goleak.VerifyTestMain(m)
}

const asVictim = "as-victim"

// beVictim migrates a folder and kills itself before its change of that number; it ends with 0 when there were fewer.
func beVictim(folder, at string) {
	last, _ := strconv.Atoi(at)
	count := 0
	m := threeForms(folder)
	m.before = func(string) {
		if count++; count > last {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {} // the signal comes at any moment
		}
	}
	if _, err := m.open(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// threeForms is a migration over two steps that write, change and remove files; releases of the first form cannot read the third.
func threeForms(folder string) migration {
	return migration{folder, []Step{
		{From: 1, About: "greeting", Touches: []string{"a", "b"}, Do: func(f Files) (Files, error) {
			made := Files{"a": f["a"], "b": nil}
			if !strings.HasPrefix(string(f["a"]), "2:") {
				made["a"] = append([]byte("2:"), f["a"]...)
			}
			return made, nil
		}},
		{From: 2, About: "parting", Touches: []string{"a", "e"}, Do: func(f Files) (Files, error) {
			return Files{"a": f["a"], "e": []byte("made of " + string(f["a"]))}, nil
		}},
	}, 3, 2, time.Now, func(string) {}}
}

// laid makes a folder of files.
func laid(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// contents are the files of a folder by name, without those below except.
func contents(t *testing.T, folder string, except ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(folder, path)
		if d != nil && d.IsDir() && slices.Contains(except, name) {
			return filepath.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(a, b map[string]string) bool {
	return fmt.Sprint(a) == fmt.Sprint(b) // maps are printed in the order of their keys
}

func old() map[string]string {
	return map[string]string{"version": "1\n", "a": "hello", "b": "gone soon", "other": "stays"}
}

func TestAFolder(t *testing.T) {
	rows := []struct {
		sentence       string
		before         map[string]string
		from, to       int
		version, newer string
		refused        string
	}{
		{sentence: "an empty one is begun", before: nil, from: Format, to: Format, version: "1", newer: "2"},
		{sentence: "one that was killed before its version is begun again", before: map[string]string{formatName: "2\n"}, from: Format, to: Format, version: "1", newer: "2"},
		{sentence: "one of the release before is brought forward", before: map[string]string{"version": "1\n"}, from: 1, to: 2, version: "1", newer: "2"},
		{sentence: "one of this release stays", before: map[string]string{"version": "1\n", "format": "2\n"}, from: 2, to: 2, version: "1", newer: "2"},
		{sentence: "one of a later release that this one can read stays", before: map[string]string{"version": "2\n", "format": "3\n"}, from: 3, to: 3, version: "2", newer: "3"},
		{sentence: "one of a later release is refused", before: map[string]string{"version": "99\n", "format": "100\n"}, version: "99", newer: "100", refused: "version 99"},
		{sentence: "one that says nothing is refused", before: map[string]string{"version": "\n"}, refused: "no version"},
		{sentence: "one that says nonsense is refused", before: map[string]string{"version": "1\n", "format": "two"}, version: "1", newer: "two", refused: "no version"},
	}
	for _, row := range rows {
		folder := laid(t, row.before)
		r, err := Open(folder)
		if (err != nil) != (row.refused != "") || err != nil && !strings.Contains(err.Error(), row.refused) || r.From != row.from || r.To != row.to {
			t.Errorf("%s: %+v, %v", row.sentence, r, err)
		}
		after := contents(t, folder, backupName)
		if strings.TrimSpace(after["version"]) != row.version || strings.TrimSpace(after["format"]) != row.newer {
			t.Errorf("%s: version %q, format %q", row.sentence, after["version"], after["format"])
		}
		if row.refused != "" && !same(after, row.before) {
			t.Errorf("%s: it was changed", row.sentence)
		}
	}
	if _, err := Open(laid(t, map[string]string{"version": "99"})); !errors.Is(err, ErrNewer) {
		t.Error(err)
	}
}

func TestStepsAreDoneInOrderAndWhatWasBeforeIsKept(t *testing.T) {
	folder := laid(t, old())
	r, err := threeForms(folder).open()
	if err != nil || r.From != 1 || r.To != 3 || len(r.About) != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := map[string]string{"version": "2\n", "format": "3\n", "a": "2:hello", "e": "made of 2:hello", "other": "stays"}
	if after := contents(t, folder, backupName); !same(after, want) {
		t.Errorf("afterwards %v", after)
	}
	if kept := contents(t, r.Backup); !same(kept, old()) {
		t.Errorf("kept %v", kept)
	}
	if _, err := os.Stat(filepath.Join(folder, backupName, ".under-way")); err == nil {
		t.Error("the migration is still under way")
	}
}

// A migration that is killed before any of its changes, once or twice, ends as one that was not; the copy holds what was before the
// first.
func TestAMigrationThatIsKilledAnywhereGoesOn(t *testing.T) {
	whole := laid(t, old())
	if _, err := threeForms(whole).open(); err != nil {
		t.Fatal(err)
	}
	want := contents(t, whole, backupName)
	for n := 0; ; n++ {
		folder := laid(t, old())
		ended := victim(t, folder, n)
		_ = victim(t, folder, n/2) // and once more, earlier
		r, err := threeForms(folder).open()
		if err != nil {
			t.Fatalf("killed at %d: %v", n, err)
		}
		if after := contents(t, folder, backupName); !same(after, want) {
			t.Fatalf("killed at %d: %v", n, after)
		}
		if r.From == 1 && !same(contents(t, r.Backup), old()) {
			t.Fatalf("killed at %d: kept %v", n, contents(t, r.Backup))
		}
		if ended {
			if n < 10 {
				t.Fatalf("it made %d changes only: the test looks at nothing", n)
			}
			return
		}
	}
}

// victim migrates in another process, which is killed before its change number n, and tells whether it ended before that.
func victim(t *testing.T, folder string, n int) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), os.Args[0], asVictim, folder, strconv.Itoa(n)).CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true
	case !errors.As(err, &exit) || exit.ExitCode() > 0:
		t.Fatalf("%v: %s", err, out)
	}
	return false
}

func TestAStepThatFailsLeavesTheFolderAndItsVersion(t *testing.T) {
	folder := laid(t, old())
	m := threeForms(folder)
	m.steps[0].Do = func(Files) (Files, error) { return nil, errors.ErrUnsupported }
	if _, err := m.open(); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "from version 1 to 2") {
		t.Fatal(err)
	}
	if after := contents(t, folder, backupName); !same(after, old()) {
		t.Fatalf("%v", after)
	}
}

func TestBackupsAreBounded(t *testing.T) {
	files := old()
	for _, name := range []string{"1-20200101-000000", "1-20210101-000000", "1-20220101-000000", ".new-torn"} {
		files[backupName+"/"+name+"/x"] = "x"
	}
	files["data/kv/1"], files["projects/review/version"], files["run/run.json"], files["telemetry/1.seg"] = "rows", "1\n", "{}", "lines"
	folder := laid(t, files)
	big, err := os.Create(filepath.Join(folder, "telemetry", "2.seg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(big.Truncate(biggest+1), big.Close()); err != nil { // a hole: it takes no room
		t.Fatal(err)
	}
	r, err := threeForms(folder).open()
	if err != nil || !slices.Equal(r.Left, []string{"telemetry/2.seg"}) {
		t.Fatalf("%+v, %v", r, err)
	}
	entries, err := os.ReadDir(filepath.Join(folder, backupName))
	if err != nil || len(entries) != backups || entries[0].Name() != "1-20220101-000000" {
		t.Fatalf("%v, %v", entries, err)
	}
	for name := range contents(t, r.Backup) {
		if strings.HasPrefix(name, "projects") || strings.HasPrefix(name, "data") || strings.HasPrefix(name, "run") || strings.HasPrefix(name, backupName) {
			t.Errorf("%s is in the copy", name)
		}
	}
}

// The table leads from the first form to this one; each step is tried on the folder of its form in testdata, and leaves alone what it
// made.
func TestTheTableOfSteps(t *testing.T) {
	if len(steps) != Format-1 || Reader >= Format {
		t.Fatalf("%d steps lead to version %d, which version %d reads", len(steps), Format, Reader)
	}
	for i, s := range steps {
		if s.From != i+1 || s.About == "" {
			t.Errorf("step %d starts from %d: %s", i, s.From, s.About)
		}
		sample := filepath.Join("testdata", strconv.Itoa(s.From))
		if form, err := Look(sample); err != nil || form != s.From {
			t.Fatalf("testdata holds no folder of version %d: %d, %v", s.From, form, err)
		}
		given := Files{}
		for name, text := range contents(t, sample) {
			if slices.Contains(s.Touches, name) {
				given[name] = []byte(text)
			}
		}
		once, err := s.Do(given)
		if err != nil {
			t.Fatal(err)
		}
		for name := range once {
			if !slices.Contains(s.Touches, name) {
				t.Errorf("step %d writes %s, which it does not say", i, name)
			}
		}
		if twice, err := s.Do(once); err != nil || fmt.Sprint(twice) != fmt.Sprint(once) {
			t.Errorf("step %d done twice: %v, %v", i, twice, err)
		}
	}
}

// What one release kept, and the next one used, the first one can use again: it looks at version alone, and that stays as it was.
func TestThereAndBack(t *testing.T) {
	folder := laid(t, contents(t, filepath.Join("testdata", "1")))
	before := contents(t, folder)
	if _, err := Open(folder); err != nil {
		t.Fatal(err)
	}
	after := contents(t, folder, backupName)
	for name, text := range before {
		if after[name] != text {
			t.Errorf("%s is another one", name)
		}
	}
	if r, err := Open(folder); err != nil || r.From != r.To {
		t.Errorf("once more: %+v, %v", r, err)
	}
}
