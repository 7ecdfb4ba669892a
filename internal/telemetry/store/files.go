package store

import (
	"io"
	"os"
	"runtime"
)

// file is what the store needs of an *os.File.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	syncer
}

type syncer interface {
	Truncate(size int64) error
	Sync() error
}

// files is what the store needs of a file system.
type files interface {
	// Open opens a file to read and write, and makes it where it is not there.
	Open(path string) (file, error)
	// Read opens a file that is there.
	Read(path string) (file, error)
	Remove(path string) error
	// SyncFolder has the names in a folder survive the end of the machine.
	SyncFolder(path string) error
}

// system is the file system of the machine.
type system struct{}

func (system) Open(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) Read(path string) (file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (system) Remove(path string) error { return os.Remove(path) }

func (system) SyncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be opened there; NTFS keeps names in its own journal
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
