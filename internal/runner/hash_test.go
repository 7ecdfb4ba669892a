//go:build unix

package runner

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// tree is a service's folder, the same each time.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file(t, dir, "main.go", "package main\n", 0o600)
	file(t, dir, "sub/b.go", "package sub\n", 0o600)
	file(t, dir, "tool.sh", "#!/bin/sh\n", 0o600)
	file(t, dir, ".gitignore", "*.log\n/dist/\n", 0o600)
	file(t, dir, "debug.log", "1\n", 0o600)
	file(t, dir, "dist/app", "1\n", 0o600)
	if err := os.Symlink("main.go", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func hashOf(t *testing.T, dir string, artifacts, ignore []string) string {
	t.Helper()
	sum, err := SourceHash(dir, artifacts, ignore)
	if err != nil || len(sum) != 64 {
		t.Fatalf("%q, %v", sum, err)
	}
	return sum
}

func TestWhatASourceHashSees(t *testing.T) {
	rows := []struct {
		sentence string
		change   func(t *testing.T, dir string)
		seen     bool
	}{
		{"the same files elsewhere are the same", func(*testing.T, string) {}, false},
		{"another content", func(t *testing.T, dir string) { file(t, dir, "main.go", "package mein\n", 0o600) }, true},
		{"a new file", func(t *testing.T, dir string) { file(t, dir, "new.go", "", 0o600) }, true},
		{"a removed one", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "sub", "b.go"))) }, true},
		{"another name", func(t *testing.T, dir string) {
			must(t, os.Rename(filepath.Join(dir, "main.go"), filepath.Join(dir, "mein.go")))
		}, true},
		{"a file that becomes executable", func(t *testing.T, dir string) { must(t, os.Chmod(filepath.Join(dir, "tool.sh"), 0o700)) }, true},
		{"other permissions are not", func(t *testing.T, dir string) { must(t, os.Chmod(filepath.Join(dir, "tool.sh"), 0o644)) }, false},
		{"another time is not", func(t *testing.T, dir string) {
			must(t, os.Chtimes(filepath.Join(dir, "main.go"), time.Time{}, time.Unix(1000, 0)))
		}, false},
		{"a link that leads elsewhere", func(t *testing.T, dir string) {
			must(t, os.Remove(filepath.Join(dir, "link")))
			must(t, os.Symlink("sub/b.go", filepath.Join(dir, "link")))
		}, true},
		{"what git ignores is not", func(t *testing.T, dir string) {
			file(t, dir, "debug.log", "2\n", 0o600)
			file(t, dir, "sub/more.log", "2\n", 0o600)
			file(t, dir, "dist/app", "2\n", 0o600)
		}, false},
		{"a folder without files is not, as in git", func(t *testing.T, dir string) { must(t, os.Mkdir(filepath.Join(dir, "empty"), 0o700)) }, false},
		{"what .gitignore says is a source itself", func(t *testing.T, dir string) { file(t, dir, ".gitignore", "*.log\n/dist/\n#\n", 0o600) }, true},
		{"git's own folder is not", func(t *testing.T, dir string) { file(t, dir, ".git/HEAD", "x", 0o600) }, false},
		{"two names that read alike when joined", func(t *testing.T, dir string) {
			must(t, os.Rename(filepath.Join(dir, "main.go"), filepath.Join(dir, "submain.go")))
		}, true},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			before, dir := hashOf(t, tree(t), nil, nil), tree(t)
			row.change(t, dir)
			if after := hashOf(t, dir, nil, nil); (after != before) != row.seen {
				t.Fatalf("seen is %v", after != before)
			}
		})
	}
}

func TestAnArtifactCountsThoughItIsIgnored(t *testing.T) {
	dir := tree(t)
	app := []string{filepath.Join(dir, "dist", "app")}
	built := hashOf(t, dir, app, nil)
	file(t, dir, "dist/app", "2\n", 0o600)
	again := hashOf(t, dir, app, nil)
	must(t, os.Remove(app[0]))
	if absent := hashOf(t, dir, app, nil); built == again || again == absent || absent == built {
		t.Fatal("an artifact does not count")
	}
}

func TestAnExtraLineLeavesOut(t *testing.T) {
	dir := tree(t)
	before := hashOf(t, dir, nil, []string{"/sub/"})
	file(t, dir, "sub/b.go", "package other\n", 0o600)
	if hashOf(t, dir, nil, []string{"/sub/"}) != before {
		t.Fatal("what was left out counts")
	}
}

// A hasher reads a file again only when its size, its time or its identity changed.
func TestTheMemoryOfAHasher(t *testing.T) {
	dir, cache := tree(t), filepath.Join(t.TempDir(), "hashes.json")
	main := filepath.Join(dir, "main.go")
	settle := func() { must(t, os.Chtimes(main, time.Time{}, time.Unix(1000, 0))) }
	settle()
	first := NewHasher(cache)
	before, err := first.SourceHash(dir, nil, nil)
	must(t, err)
	must(t, first.Save())
	must(t, os.WriteFile(main, []byte("package mein\n"), 0o600)) // in place: size and inode stay
	settle()
	if same, err := NewHasher(cache).SourceHash(dir, nil, nil); err != nil || same != before {
		t.Fatalf("it was read again: %v", err)
	}
	for _, text := range []string{"", "{", `{"version":99,"files":{}}`, "null"} {
		must(t, os.WriteFile(cache, []byte(text), 0o600))
		if fresh, err := NewHasher(cache).SourceHash(dir, nil, nil); err != nil || fresh == before {
			t.Fatalf("a memory of %q was believed: %v", text, err)
		}
	}
}

func TestAFileThatWasJustWrittenIsReadAgain(t *testing.T) {
	dir := tree(t)
	main := filepath.Join(dir, "main.go")
	// A time to come is newer than any that is old enough to be trusted, however slow the machine.
	recent := time.Now().Add(time.Hour)
	must(t, os.Chtimes(main, time.Time{}, recent))
	h := NewHasher("")
	before, err := h.SourceHash(dir, nil, nil)
	must(t, err)
	must(t, os.WriteFile(main, []byte("package mein\n"), 0o600))
	must(t, os.Chtimes(main, time.Time{}, recent)) // a clock too coarse to tell the two
	if after, err := h.SourceHash(dir, nil, nil); err != nil || after == before {
		t.Fatalf("the second write was not seen: %v", err)
	}
}

func TestAFolderThatIsMissingIsAnError(t *testing.T) {
	_, err := SourceHash(filepath.Join(t.TempDir(), "absent"), nil, nil)
	want(t, err, "hashing the sources in ")
}
