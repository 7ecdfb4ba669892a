package doctor

import (
	"context"
	"errors"
	"os"
	"os/exec"

	"golang.org/x/sys/windows"
)

// writable makes a file and removes it: access lists are not to be read by eye.
func writable(folder string) error {
	f, err := os.CreateTemp(folder, ".banyan-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

func examineFolder(path string) (folder, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return folder{}, err
	}
	return folder{info.Mode() &^ 0o077, true}, nil // the bits for others say nothing here
}

func fileLimits(context.Context) (descriptors, error) { return descriptors{}, errors.ErrUnsupported }

func freeSpace(folder string) (space, error) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return space{}, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(name, &free, nil, nil); err != nil {
		return space{}, err
	}
	return space{bytes: int64(free), files: -1}, nil
}

// endTogether does nothing: there are no process groups here, and the program itself is killed.
func endTogether(*exec.Cmd) {}
