package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
)

// The page of each code of the file shows a file that is refused with it, and then one that passes.
func TestTheExamplesOfCodesAreTrue(t *testing.T) {
	for _, e := range diag.Entries() {
		pages := filepath.Join("..", "..", "docs", "errors", string(e.Code)+".md")
		text, err := os.ReadFile(pages)
		if err != nil {
			t.Errorf("%s has no entry: %v", e.Code, err)
			continue
		}
		refused := strings.HasPrefix(string(e.Code), "BYN-1")
		files := wholeFile.FindAllSubmatch(text, -1)
		if refused && len(files) < 2 {
			t.Errorf("%s shows %d files: the one that is refused comes first, then the one that passes", pages, len(files))
		}
		for i, m := range files {
			_, wrong := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName), string(m[1]))})
			switch first := refused && i == 0; {
			case !first && len(wrong) > 0:
				t.Errorf("%s shows a file that is refused: %v", pages, wrong)
			case first && (len(wrong) == 0 || wrong[0].Code != e.Code):
				t.Errorf("%s shows a file that is not refused with %s: %v", pages, e.Code, wrong)
			}
		}
	}
}
