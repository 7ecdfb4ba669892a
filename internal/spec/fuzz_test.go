package spec

import (
	"os"
	"path/filepath"
	"testing"
)

// Whatever the bytes are: no panic, an end, an error or an application, and every error within the file.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/good/*.yaml", "testdata/bad/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text)
		}
	}
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 32<<10 {
			t.Skip("long files are slow to write, and hold nothing that short ones do not")
		}
		path := filepath.Join(folder, fileName)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		loaded, found := Load(Options{File: path, Environ: []string{"HOME=/home/me"}})
		if loaded == nil && !found.Failed() {
			t.Fatal("nothing is loaded and nothing is wrong")
		}
		whole := newFile(path, text, fileName)
		for _, d := range found {
			if d.At.File != fileName || d.At.Line == 0 {
				continue
			}
			if d.At.Line > len(whole.starts) || d.At.Column < 1 || d.At.Column > len(whole.line(d.At.Line))+1 {
				t.Fatalf("%s stands outside the file", d.Error())
			}
		}
		if loaded != nil && !found.Failed() {
			if loaded.App.Name == "" || len(loaded.Resolved()) == 0 {
				t.Fatalf("a valid file has no name or no values: %+v", loaded.App)
			}
		}
	})
}
