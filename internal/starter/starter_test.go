package starter

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWhatIsWrittenWhileAServiceIsAddedIsKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "banyan.yaml")
	put(t, file, "services:\n  a: {run: x}\n")
	checks := 0
	b, err := Extend(Options{File: file, Template: nodeTemplate(t), Names: Names{"shop", "new"}, Check: func(string) error {
		if checks++; checks == 1 {
			put(t, file, "services:\n  a: {run: x}\n  theirs: {run: y}\n")
		}
		return nil
	}})
	text, _ := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "theirs:") || !strings.Contains(string(text), "new:") || b.Line != 4 {
		t.Errorf("%v, line %d; it is\n%s", err, b.Line, text)
	}
}

func TestAServiceThatSomebodyElseAddedMeanwhileIsNotAddedTwice(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "banyan.yaml")
	const theirs = "services:\n  new: {run: y}\n"
	put(t, file, "services:\n  a: {run: x}\n")
	_, err := Extend(Options{File: file, Template: nodeTemplate(t), Names: Names{"shop", "new"}, Check: func(string) error {
		put(t, file, theirs)
		return nil
	}})
	if after := tree(t, folder); err == nil || len(after) != 2 || after[file] != theirs {
		t.Errorf("%v; there is %v", err, after)
	}
}
