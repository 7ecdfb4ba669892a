package starter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

var some = []File{{"banyan.yaml", []byte("banyan: 1\n")}, {".gitignore", []byte(".banyan/\n")}, {"api/main.go", []byte("package main\n")}}

// tree is every file below a folder with its text, and every folder.
func tree(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		text := "folder"
		if !d.IsDir() {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(b)
		}
		all[path] = text
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestWriteIsAllOrNothing(t *testing.T) {
	for _, c := range []struct {
		about string
		there map[string]string
		taken []string
	}{
		{"each file that is in the way is named", map[string]string{"banyan.yaml": "mine", "api/main.go": "mine"}, []string{"banyan.yaml", "api/main.go"}},
		{"a folder is in the way of a file", map[string]string{"banyan.yaml/x": "mine"}, []string{"banyan.yaml"}},
		{"a file is in the way of a folder", map[string]string{"api": "mine"}, nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			folder := t.TempDir()
			for name, text := range c.there {
				put(t, filepath.Join(folder, name), text)
			}
			before := tree(t, folder)
			_, err := Write(folder, some)
			var taken Occupied
			if err == nil || errors.As(err, &taken) != (c.taken != nil) || !reflect.DeepEqual(taken.Paths, c.taken) {
				t.Errorf("the error is %v", err)
			}
			if after := tree(t, folder); !reflect.DeepEqual(after, before) {
				t.Errorf("there is %v", after)
			}
		})
	}
}

func TestALinkIsNotFollowed(t *testing.T) {
	folder, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Symlink(elsewhere, filepath.Join(folder, "banyan.yaml")); err != nil {
		t.Skip(err)
	}
	if _, err := Write(folder, some); !errors.As(err, &Occupied{}) {
		t.Errorf("the error is %v", err)
	}
	if _, err := os.Lstat(elsewhere); err == nil {
		t.Error("the link was followed")
	}
}

func TestWhatWasWrittenCanBeUndone(t *testing.T) {
	folder := t.TempDir()
	put(t, filepath.Join(folder, ".gitignore"), "node_modules")
	before := tree(t, folder)
	written, err := Write(filepath.Join(folder), some)
	if err != nil {
		t.Fatal(err)
	}
	if text := tree(t, folder)[filepath.Join(folder, ".gitignore")]; text != "node_modules\n.banyan/\n" {
		t.Errorf(".gitignore is %q", text)
	}
	if err := written.Undo(); err != nil {
		t.Fatal(err)
	}
	if after := tree(t, folder); !reflect.DeepEqual(after, before) {
		t.Errorf("there is %v", after)
	}
}

func TestALineThatIsIgnoredAlreadyIsNotAddedAgain(t *testing.T) {
	for text, added := range map[string]bool{"/.banyan\n": false, "bin\r\n.banyan/ \r\n": false, "# .banyan/ is kept\n": true, "a .banyan/\n": true} {
		folder := t.TempDir()
		put(t, filepath.Join(folder, ".gitignore"), text)
		written, err := Write(folder, some)
		if err != nil || (len(written.Appended) > 0) != added {
			t.Errorf("to %q: %v, %v", text, written, err)
		}
	}
}
