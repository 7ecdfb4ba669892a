package migration

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	// Format is the form that this release writes. Each change of any file under the state folder that an earlier release would
	// misread, or that is to be made good when a folder of an earlier release is found, makes it one higher and adds a Step.
	Format = 2
	// Reader is the oldest form whose releases can work with a folder of this one: it stays one behind Format at least, so that whoever
	// tried a release can go back to the one before. What such a release does not know it leaves alone.
	Reader = 1
)

// Two files say it. The first release looked at versionName alone and refused what was not its own number, so that is the number of
// the oldest reader; formatName is newer and says the form itself.
const (
	versionName = "version"
	formatName  = "format"
)

// ErrNewer refuses a folder that a later release wrote in a form that this one cannot read.
var ErrNewer = errors.New("a later banyan wrote it")

// errMissing says that no release ever wrote there.
var errMissing = errors.New("it has no version")

// Look tells the form of a state folder and changes nothing. errors.Is tells ErrNewer, and fs.ErrNotExist where no release ever wrote.
func Look(folder string) (form int, err error) {
	reader, err := number(filepath.Join(folder, versionName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, errors.Join(errMissing, fs.ErrNotExist)
	}
	if err != nil {
		return 0, err
	}
	if reader > Format {
		return reader, fmt.Errorf("it is of version %d, and this banyan reads up to version %d: %w", reader, Format, ErrNewer)
	}
	form, err = number(filepath.Join(folder, formatName))
	if errors.Is(err, fs.ErrNotExist) {
		return reader, nil // of the first release, which wrote one file
	}
	if err != nil {
		return 0, err
	}
	return max(form, reader), nil
}

func number(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("its file %s holds %q, which is no version", filepath.Base(path), strings.TrimSpace(string(text)))
	}
	return n, nil
}
