package project

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

// Entry is a copy that this user has started at some time and whose state is still there.
type Entry struct {
	Place
	// File is the absolute path of its banyan.yaml, App the application's name, as of its newest start.
	File, App string
}

// written is an Entry in its file.
type written struct {
	Version int    `json:"version"`
	Root    string `json:"root"`
	Name    string `json:"name,omitempty"`
	File    string `json:"file"`
	App     string `json:"app"`
}

const directoryVersion = 1

// Register makes a copy known to the others of this user.
func Register(e Entry) error {
	if err := register(e); err != nil {
		return fmt.Errorf("making the application known to others of this user: %w", err)
	}
	return nil
}

func register(e Entry) error {
	if _, err := runtimeFolder(); err != nil {
		return err
	}
	if err := os.MkdirAll(directory(), 0o700); err != nil {
		return err
	}
	text, err := json.Marshal(written{directoryVersion, e.Root, e.Name, e.File, e.App})
	if err != nil {
		return err
	}
	return atomicfile.Replace(e.Listed(), text, 0o600)
}

// Listed is the path of what makes the copy known.
func (p Place) Listed() string { return filepath.Join(directory(), p.id()+".json") }

func directory() string { return filepath.Join(RuntimeFolder(), copies) }

// runtimeFolder makes the user's runtime folder.
func runtimeFolder() (string, error) {
	folder := RuntimeFolder()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making the runtime folder: %w", err)
	}
	return folder, Own(folder)
}

// Known are the copies that this user has, whether they run or not, by folder and name. One whose state is gone is forgotten; what
// cannot be read is left out.
func Known() []Entry {
	if Own(RuntimeFolder()) != nil {
		return nil
	}
	files, _ := os.ReadDir(directory())
	var all []Entry
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".json") || strings.HasPrefix(file.Name(), ".") {
			continue
		}
		path := filepath.Join(directory(), file.Name())
		e, err := readEntry(path)
		if err != nil {
			continue
		}
		if _, err := os.Stat(e.State()); errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(path) // another process may have done it
			continue
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Or(cmp.Compare(a.Root, b.Root), cmp.Compare(a.Name, b.Name)) })
	return all
}

func readEntry(path string) (Entry, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Entry{}, err
	}
	var w written
	if err := json.Unmarshal(text, &w); err != nil {
		return Entry{}, err
	}
	if !filepath.IsAbs(w.Root) || w.Name != "" && !Named(w.Name) {
		return Entry{}, errors.ErrUnsupported
	}
	return Entry{Place{w.Root, w.Name}, w.File, w.App}, nil
}
