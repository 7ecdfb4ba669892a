//go:build !unix

package task

import (
	"errors"
	"io/fs"
	"os"
)

// lock takes a file that nobody has open: Windows removes none that somebody has.
func lock(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errBusy
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, errBusy // somebody else removed it too, and was first
	}
	return file, err
}

func unlock(*os.File) error { return nil }

// heirs are none: Windows starts no process with files of another one.
func heirs(*os.File) []*os.File { return nil }

func gone(int) bool { return false }
