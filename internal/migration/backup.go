package migration

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	backupName = "backup"
	// backups is how many are kept, the newest ones, and biggest the bytes of one: records are small, and of traces and lines the newest
	// are kept.
	backups = 2
	biggest = 64 << 20
	// underWay names the backup of a migration that was begun and has not ended.
	underWay = backupName + "/.under-way"
)

// apart is what no backup holds: earlier ones, other copies of the application, which have a version of their own, the data of resources,
// which may run meanwhile and which no migration touches, and what belongs to one run.
var apart = []string{backupName, "projects", "data", "run"}

// keep copies the folder into a new one below backup, which appears when it is whole.
func (m migration) keep(form int) (kept string, left []string, err error) {
	if begun, _ := os.ReadFile(m.path(underWay)); strings.HasPrefix(string(begun), strconv.Itoa(form)+"-") {
		kept = filepath.Join(m.path(backupName), filepath.Base(string(begun)))
		if _, err := os.Stat(kept); err == nil {
			return kept, nil, nil // what was before any of it is kept already
		}
	}
	files, left, err := m.worthKeeping()
	if err != nil {
		return "", nil, err
	}
	above := m.path(backupName)
	m.before("make " + backupName)
	if err := os.MkdirAll(above, 0o700); err != nil {
		return "", nil, err
	}
	if err := m.clear(above); err != nil {
		return "", nil, err
	}
	draft, err := os.MkdirTemp(above, ".new-*")
	if err != nil {
		return "", nil, err
	}
	for _, name := range files {
		m.before("copy " + name)
		if err := copied(m.path(name), filepath.Join(draft, filepath.FromSlash(name))); err != nil {
			return "", nil, err
		}
	}
	kept = filepath.Join(above, fmt.Sprintf("%d-%s", form, m.now().UTC().Format("20060102-150405")))
	m.before("keep the copy")
	if err := os.Rename(draft, kept); err != nil && !errors.Is(err, fs.ErrExist) { // it exists when one was killed within this second
		return "", nil, err
	}
	return kept, left, m.write(underWay, []byte(filepath.Base(kept)))
}

// clear removes what an earlier one left half-made, and the oldest backups, so that there is room for one.
func (m migration) clear(above string) error {
	entries, err := os.ReadDir(above)
	if err != nil {
		return err
	}
	type made struct {
		name string
		at   time.Time
	}
	var whole []made
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".new-") {
			m.before("remove " + e.Name())
			if err := os.RemoveAll(filepath.Join(above, e.Name())); err != nil {
				return err
			}
			continue
		}
		_, stamp, _ := strings.Cut(e.Name(), "-")
		if at, err := time.Parse("20060102-150405", stamp); err == nil {
			whole = append(whole, made{e.Name(), at})
		}
	}
	slices.SortFunc(whole, func(a, b made) int { return b.at.Compare(a.at) })
	for i := backups - 1; i < len(whole); i++ {
		m.before("remove " + whole[i].name)
		if err := os.RemoveAll(filepath.Join(above, whole[i].name)); err != nil {
			return err
		}
	}
	return nil
}

// worthKeeping are the files of the folder as far as they fit, those that are not telemetry first, and else the newest first.
func (m migration) worthKeeping() (files, left []string, err error) {
	type file struct {
		name string
		info fs.FileInfo
	}
	var all []file
	err = filepath.WalkDir(m.folder, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(m.folder, path)
		name = filepath.ToSlash(name)
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(apart, name):
			return filepath.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all = append(all, file{name, info})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	late := func(f file) int {
		if strings.HasPrefix(f.name, "telemetry/") {
			return 1
		}
		return 0
	}
	slices.SortFunc(all, func(a, b file) int {
		return cmp.Or(cmp.Compare(late(a), late(b)), b.info.ModTime().Compare(a.info.ModTime()), cmp.Compare(a.name, b.name))
	})
	room := int64(biggest)
	for _, f := range all {
		if f.info.Size() > room {
			left = append(left, f.name)
			continue
		}
		room -= f.info.Size()
		files = append(files, f.name)
	}
	return files, left, nil
}

// copied copies one file with its content alone.
func copied(from, to string) (err error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
