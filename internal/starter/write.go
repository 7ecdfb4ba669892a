package starter

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

// Occupied is in the error of files that cannot be written since something of their names is there.
type Occupied struct{ Paths []string }

func (o Occupied) Error() string { return "in the way: " + strings.Join(o.Paths, ", ") }

// ignored is the one file that a project may have already: a line is added to it where it is missing.
const ignored = ".gitignore"

// Written is what Write did, so that it can be undone.
type Written struct {
	folder string
	// Files are those that are new, Appended those that got more lines; paths as in File.
	Files, Appended []string
	folders         []string
	before          map[string][]byte
}

// Write writes all files below a folder, which is made where it is missing, or none of them: nothing that is there is replaced. The
// error is Occupied when something is in the way.
func Write(folder string, files []File) (*Written, error) {
	if err := free(folder, files); err != nil {
		return nil, err
	}
	w := &Written{folder: folder, before: map[string][]byte{}}
	for _, f := range files {
		if err := w.file(f); err != nil {
			return nil, errors.Join(err, w.Undo())
		}
	}
	return w, nil
}

func free(folder string, files []File) error {
	var taken []string
	for _, f := range files {
		at := filepath.Join(folder, filepath.FromSlash(f.Path))
		if info, err := os.Lstat(at); err == nil && (f.Path != ignored || !info.Mode().IsRegular()) {
			taken = append(taken, f.Path)
		}
	}
	if taken != nil {
		return Occupied{taken}
	}
	return nil
}

func (w *Written) file(f File) error {
	at := filepath.Join(w.folder, filepath.FromSlash(f.Path))
	if err := w.mkdir(filepath.Dir(at)); err != nil {
		return fmt.Errorf("making the folder of %s: %w", f.Path, err)
	}
	// O_EXCL: what appeared meanwhile is in the way as well, and so is a link that leads elsewhere.
	to, err := os.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist) && f.Path == ignored:
		return w.add(f.Path, at, f.Text)
	case errors.Is(err, fs.ErrExist):
		return Occupied{[]string{f.Path}}
	case err != nil:
		return fmt.Errorf("writing %s: %w", f.Path, err)
	}
	w.Files = append(w.Files, f.Path)
	_, err = to.Write(f.Text)
	if err = errors.Join(err, to.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", f.Path, err)
	}
	return nil
}

// mkdir makes a folder and those above it, and remembers which were not there.
func (w *Written) mkdir(folder string) error {
	if _, err := os.Stat(folder); err == nil {
		return nil
	}
	if err := w.mkdir(filepath.Dir(folder)); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	w.folders = append(w.folders, folder)
	return nil
}

// add appends the lines that a file does not have yet.
func (w *Written) add(name, at string, lines []byte) error {
	text, err := os.ReadFile(at)
	if err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	there := strings.Split(string(text), "\n")
	next := bytes.Clone(text)
	for _, line := range strings.Fields(string(lines)) {
		bare := strings.Trim(line, "/")
		if slices.ContainsFunc(there, func(other string) bool { return strings.Trim(strings.TrimSpace(other), "/") == bare }) {
			continue
		}
		if len(next) > 0 && next[len(next)-1] != '\n' {
			next = append(next, '\n')
		}
		next = append(next, line+"\n"...)
	}
	if bytes.Equal(next, text) {
		return nil
	}
	if err := Replace(at, next); err != nil {
		return err
	}
	w.before[at] = text
	w.Appended = append(w.Appended, name)
	return nil
}

// Undo removes what was written, and the folders that were made for it where nothing else lies in them.
func (w *Written) Undo() error {
	var failed error
	for _, name := range w.Files {
		failed = errors.Join(failed, os.Remove(filepath.Join(w.folder, filepath.FromSlash(name))))
	}
	for at, text := range w.before {
		failed = errors.Join(failed, Replace(at, text))
	}
	for _, folder := range slices.Backward(w.folders) {
		_ = os.Remove(folder) // one that holds something else stays
	}
	return failed
}

// Replace writes a file anew, whole or not at all, with the permissions that it has.
func Replace(at string, text []byte) error {
	if real, err := filepath.EvalSymlinks(at); err == nil {
		at = real // the file is replaced, not the link to it
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(at); err == nil {
		mode = info.Mode().Perm()
	}
	if err := atomicfile.Write(at, text, mode); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(at), err)
	}
	return nil
}
