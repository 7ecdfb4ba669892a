package migration

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/banyan-run/banyan/internal/atomicfile"
)

// Report says what was done to a folder; From and To are equal when nothing was.
type Report struct {
	From, To int
	// About says of each step what it changed.
	About []string
	// Backup is the folder with what was before, and Left what did not fit into it, relative to the state folder.
	Backup string
	Left   []string
}

// migration is one folder on its way.
type migration struct {
	folder string
	steps  []Step
	// to is the form that is made, and reader the oldest one whose releases can work with it.
	to, reader int
	now        func() time.Time
	// before is called before each change on the disk; tests end the process there.
	before func(change string)
}

// Open makes the folder one of this release's form: a new one where there is none, an old one after a copy was kept in backup. What a
// later release wrote stays as it is, and is refused with ErrNewer when this one cannot read it.
func Open(folder string) (Report, error) {
	m := migration{folder, steps, Format, Reader, time.Now, func(string) {}}
	return m.open()
}

func (m migration) open() (Report, error) {
	form, err := Look(m.folder)
	switch {
	case errors.Is(err, errMissing):
		return Report{From: m.to, To: m.to}, m.begin()
	case err != nil:
		return Report{}, err
	case form > m.to:
		return Report{From: form, To: form}, nil
	case form == m.to:
		return Report{From: form, To: form}, m.shut() // one that was killed after its last step has not done so
	}
	r := Report{From: form, To: m.to}
	if r.Backup, r.Left, err = m.keep(form); err != nil {
		return r, fmt.Errorf("keeping a copy before it is brought from version %d to %d: %w", form, m.to, err)
	}
	for _, s := range m.steps {
		if s.From < form {
			continue
		}
		if err := m.step(s); err != nil {
			return r, fmt.Errorf("bringing it from version %d to %d: %w", s.From, s.From+1, err)
		}
		r.About = append(r.About, s.About)
	}
	return r, errors.Join(m.shut(), m.replace(underWay, nil))
}

// begin makes a folder; the version comes last, so that one without it has nothing worth keeping.
func (m migration) begin() error {
	if err := os.MkdirAll(m.folder, 0o700); err != nil {
		return err
	}
	for _, f := range []struct{ name, text string }{
		{".gitignore", "*\n"}, {formatName, strconv.Itoa(m.to) + "\n"}, {versionName, strconv.Itoa(min(m.reader, m.to)) + "\n"},
	} {
		if err := m.write(f.name, []byte(f.text)); err != nil {
			return err
		}
	}
	return nil
}

// shut keeps those releases out that would misread the folder. It comes after the steps: the form is never lower than this number.
func (m migration) shut() error {
	was, err := number(m.path(versionName))
	if err != nil || was >= m.reader {
		return err
	}
	return m.write(versionName, []byte(strconv.Itoa(m.reader)+"\n"))
}

// step does one step: its files, each whole, and then the number that says so.
func (m migration) step(s Step) error {
	given := Files{}
	for _, name := range s.Touches {
		text, err := os.ReadFile(m.path(name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		given[name] = text
	}
	made, err := s.Do(maps.Clone(given))
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(made)) {
		if bytes.Equal(made[name], given[name]) && (made[name] == nil) == (given[name] == nil) {
			continue
		}
		if err := m.replace(name, made[name]); err != nil {
			return err
		}
	}
	return m.write(formatName, []byte(strconv.Itoa(s.From+1)+"\n"))
}

func (m migration) replace(name string, text []byte) error {
	if text != nil {
		return m.write(name, text)
	}
	m.before("remove " + name)
	return os.Remove(m.path(name))
}

func (m migration) write(name string, text []byte) error {
	m.before("write " + name)
	return atomicfile.Write(m.path(name), text, 0o600)
}

func (m migration) path(name string) string { return filepath.Join(m.folder, filepath.FromSlash(name)) }
