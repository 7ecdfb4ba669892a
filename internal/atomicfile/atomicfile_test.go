package atomicfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWhatIsWritten(t *testing.T) {
	type write func(string, []byte, fs.FileMode) error
	rows := []struct {
		sentence string
		before   string
		write    write
		after    string
		err      error
	}{
		{"a file is made", "", Write, "new", nil},
		{"a file is replaced", "old", Write, "new", nil},
		{"a record is made", "", Replace, "new", nil},
		{"a record is replaced", "old", Replace, "new", nil},
		{"what is not there is created", "", Create, "new", nil},
		{"what is there is not created", "old", Create, "old", fs.ErrExist},
	}
	for _, row := range rows {
		path := filepath.Join(t.TempDir(), "file")
		if row.before != "" {
			if err := os.WriteFile(path, []byte(row.before), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := row.write(path, []byte("new"), 0o600); !errors.Is(err, row.err) {
			t.Errorf("%s: %v", row.sentence, err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != row.after {
			t.Errorf("%s: %q, %v", row.sentence, text, err)
		}
		if at, err := os.Stat(path); err != nil || row.after == "new" && runtime.GOOS != "windows" && at.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v", row.sentence, at.Mode())
		}
		alone(t, row.sentence, path)
	}
}

// alone: nothing lies beside the file.
func alone(t *testing.T, sentence, path string) {
	t.Helper()
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("%s: %v, %v", sentence, all, err)
	}
}

func TestWhatCannotBeWrittenLeavesWhatWasThere(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "folder")
	if err := os.MkdirAll(filepath.Join(path, "inside"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("new"), 0o600); err == nil {
		t.Fatal("a folder was replaced")
	}
	if err := Write(filepath.Join(folder, "missing", "file"), []byte("new"), 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	alone(t, "after a failure", path)
}

func TestALinkIsReplacedAndNotFollowed(t *testing.T) {
	folder := t.TempDir()
	precious, path := filepath.Join(folder, "precious"), filepath.Join(folder, "link")
	if err := os.WriteFile(precious, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(precious, path); err != nil {
		t.Skip(err)
	}
	if err := Write(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(precious); err != nil || string(text) != "old" {
		t.Fatalf("%q, %v", text, err)
	}
}

// A reader that looks while others write sees one whole content, never a part or a mixture.
func TestAReaderSeesOneWholeContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	contents := [][]byte{bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<15)}
	if err := Replace(path, contents[0], 0o600); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for _, content := range contents {
		all.Go(func() {
			for range 50 {
				if err := Replace(path, content, 0o600); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 100 {
		text, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(text, contents[0]) && !bytes.Equal(text, contents[1]) {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
	}
	all.Wait()
	alone(t, "afterwards", path)
}
