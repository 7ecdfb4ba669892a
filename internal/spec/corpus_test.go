package spec

import (
	"encoding/json"
	"errors"
	flags "flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

var update = flags.Bool("update", false, "write the expectations of the corpus")

// sample is one file of the corpus, or a folder with a banyan.yaml; what it is loaded with stands in its comments.
type sample struct{ name, path string }

func samples(t *testing.T, kind string) []sample {
	t.Helper()
	folder := filepath.Join("testdata", kind)
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, e := range entries {
		name, isFile := strings.CutSuffix(e.Name(), ".yaml")
		switch {
		case strings.HasSuffix(name, ".fixed"):
		case e.IsDir():
			if whole := filepath.Join(folder, e.Name(), fileName); exists(whole) {
				all = append(all, sample{e.Name(), whole})
			}
		case isFile:
			all = append(all, sample{name, filepath.Join(folder, e.Name())})
		}
	}
	return all
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// load reads `# environment: NAME` and `# process: A=b` from the file's first lines.
func (s sample) load(t *testing.T, path string) (*Loaded, diag.List) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{File: path}
	for line := range strings.Lines(string(text)) {
		if name, is := strings.CutPrefix(line, "# environment: "); is {
			o.Environment = strings.TrimSpace(name)
		}
		if variable, is := strings.CutPrefix(line, "# process: "); is {
			o.Environ = append(o.Environ, strings.TrimSpace(variable))
		}
	}
	return Load(o)
}

// expect compares with a file of the corpus; a file without its expectation fails.
func expect(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Fatalf("%s is missing: run with -update, and read what it says", path)
	case err != nil:
		t.Fatal(err)
	case string(want) != got:
		t.Fatalf("%s says\n%s\ngot\n%s", path, want, got)
	}
}

func TestGoodFilesResolve(t *testing.T) {
	for _, s := range samples(t, "good") {
		t.Run(s.name, func(t *testing.T) {
			loaded, found := s.load(t, s.path)
			if len(found) > 0 {
				t.Fatal(found)
			}
			var b strings.Builder
			for _, v := range loaded.Resolved() {
				text, err := json.Marshal(v.Value)
				if err != nil {
					t.Fatal(err)
				}
				if v.Default != (v.Source == "default") {
					t.Errorf("%+v says two things about where it comes from", v)
				}
				fmt.Fprintf(&b, "%s = %s   %s\n", v.Path, text, v.Source)
			}
			if err := loaded.App.Warnings.Render(&b); err != nil {
				t.Fatal(err)
			}
			expect(t, filepath.Join("testdata", "good", s.name+".resolved"), b.String())
		})
	}
}

func TestBadFilesSayWhatIsWrong(t *testing.T) {
	codes := map[diag.Code]bool{}
	for _, s := range samples(t, "bad") {
		t.Run(s.name, func(t *testing.T) {
			_, found := s.load(t, s.path)
			if !found.Failed() {
				t.Fatal("the file passes")
			}
			for _, d := range found {
				codes[d.Code] = true
				if d.Hint == "" {
					t.Errorf("%s has no hint", d.Error())
				}
				if d.Text != "" && (d.At.Column < 1 || d.At.Column > len(d.Text)+1) {
					t.Errorf("%s stands outside its line", d.Error())
				}
			}
			var b strings.Builder
			if err := found.Render(&b); err != nil {
				t.Fatal(err)
			}
			expect(t, filepath.Join("testdata", "bad", s.name+".expected"), b.String())
		})
	}
	for _, e := range diag.Entries() {
		if strings.HasPrefix(string(e.Code), "BYN-1") && !codes[e.Code] {
			t.Errorf("no bad file has the code %s, %s", e.Code, e.Title)
		}
	}
}

func TestTheFixMakesTheFilePass(t *testing.T) {
	for _, s := range samples(t, "bad") {
		t.Run(s.name, func(t *testing.T) {
			fixed := filepath.Join("testdata", "bad", s.name+".fixed.yaml")
			if filepath.Base(s.path) == fileName {
				fixed = filepath.Join("testdata", "bad", s.name+".fixed", fileName)
			}
			if _, found := s.load(t, fixed); len(found) > 0 {
				t.Fatal(found)
			}
		})
	}
}

func TestEveryExpectationHasItsFile(t *testing.T) {
	for kind, ends := range map[string][]string{"good": {".resolved"}, "bad": {".expected", ".fixed.yaml"}} {
		known := map[string]bool{}
		for _, s := range samples(t, kind) {
			known[s.name] = true
		}
		entries, err := os.ReadDir(filepath.Join("testdata", kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			for _, end := range ends {
				if name, is := strings.CutSuffix(e.Name(), end); is && !known[name] {
					t.Errorf("%s/%s belongs to no file", kind, e.Name())
				}
			}
		}
	}
}
