package spec

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// A whole file in a document begins with its version.
var wholeFile = regexp.MustCompile("(?s)```yaml\n(banyan: 1\n.*?)```")

func TestFilesOfTheDocumentsAreValid(t *testing.T) {
	guides, err := filepath.Glob(filepath.Join("..", "..", "docs", "guides", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, path := range append(guides, filepath.Join("..", "..", "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range wholeFile.FindAllSubmatch(text, -1) {
			found++
			if _, wrong := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName), string(m[1]))}); len(wrong) > 0 {
				t.Errorf("%s shows a file that is refused: %v", path, wrong)
			}
		}
	}
	if found < 2 {
		t.Errorf("%d files were found in the documents", found)
	}
}

func TestTheExamplesAreValid(t *testing.T) {
	examples, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", fileName))
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range examples {
		if loaded, wrong := Load(Options{File: path}); len(wrong) > 0 || len(loaded.App.Warnings) > 0 {
			t.Errorf("%s: %v", path, wrong)
		}
	}
}
