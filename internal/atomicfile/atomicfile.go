package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// Write makes text the content of the file at path, and returns when that survives the end of the machine too. The folder is there.
// The file gets mode, whatever it had before; a link at path is replaced and not followed.
func Write(path string, text []byte, mode fs.FileMode) error {
	return put(path, text, mode, true, os.Rename)
}

// Replace is Write for what need not outlive the machine, such as what is known of its processes: it waits for no disk, so that it
// may be called at each change. It survives the death of every process.
func Replace(path string, text []byte, mode fs.FileMode) error {
	return put(path, text, mode, false, os.Rename)
}

// Create is Write where there is no such file yet: errors.Is(err, fs.ErrExist) when there is one, even one that appeared meanwhile.
// On a file system without links it may replace one that appears at the same moment.
func Create(path string, text []byte, mode fs.FileMode) error {
	return put(path, text, mode, true, link)
}

// put writes a draft beside path and moves it there.
func put(path string, text []byte, mode fs.FileMode, lasting bool, move func(from, to string) error) error {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	draft, err := os.CreateTemp(folder, "."+name+".*.new")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = draft.Write(text)
	if err == nil {
		err = draft.Chmod(mode)
	}
	if err == nil && lasting {
		err = draft.Sync()
	}
	if err = errors.Join(err, draft.Close()); err == nil {
		err = move(draft.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), discard(draft.Name()))
	}
	if lasting {
		return syncFolder(folder)
	}
	return nil
}

func discard(draft string) error {
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// link moves a file to where none is: link(2) never replaces.
func link(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	if _, there := os.Lstat(to); there == nil {
		return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	}
	return os.Rename(from, to)
}

// syncFolder makes the new name survive the end of the machine: the file's own sync does not (fsync(2)). Windows syncs no folders.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("keeping what was written: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("keeping what was written: %w", err)
	}
	return nil
}
