package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/banyan-run/banyan/internal/identity"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/terminal"
)

// kept is all that would be removed, or was.
type kept struct {
	Removed bool       `json:"removed"`
	Bytes   int64      `json:"bytes"`
	Paths   []keptPath `json:"paths"`
	// roots are what is removed with all below.
	roots []string
}

type keptPath struct {
	Path string `json:"path"`
	// Size is of a file's content; of a folder it is none.
	Size int64 `json:"size"`
	// Link is where a link leads; what is there stays.
	Link string `json:"link,omitempty"`
}

// kept lists what there is, without following a link.
func (p place) kept(o purgeOptions, environ []string) (kept, error) {
	var roots []string
	if p.Root != "" {
		roots = append(roots, p.State())
		for _, one := range p.within() {
			if !o.user {
				roots = append(roots, elsewhere(one), one.Listed())
			}
		}
	}
	if o.user {
		roots = append(roots, project.RuntimeFolder())
		if folder, err := identity.Folder(environ); err == nil { // who has no home has no authority
			roots = append(roots, folder)
		}
	}
	return keptBelow(roots)
}

// keptBelow lists roots with all below; an empty one and one that is not there are left out.
func keptBelow(roots []string) (kept, error) {
	all := kept{Paths: []keptPath{}}
	for _, root := range roots {
		if _, err := os.Lstat(root); root == "" || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		all.roots = append(all.roots, root)
		if err := filepath.WalkDir(root, all.add); err != nil {
			return kept{}, fmt.Errorf("listing what is kept: %w", err)
		}
	}
	return all, nil
}

// elsewhere is the control socket's path where it does not lie in the application's folder, empty where it does.
func elsewhere(p project.Place) string {
	socket := p.Socket()
	if strings.HasPrefix(socket, p.State()+string(filepath.Separator)) {
		return ""
	}
	return socket
}

func (k *kept) add(path string, d fs.DirEntry, err error) error {
	switch {
	case d == nil:
		return err
	case err != nil:
		return nil //nolint:nilerr // a folder that is closed, or gone meanwhile, and was listed before it was opened
	}
	one := keptPath{Path: path}
	if info, failed := d.Info(); failed == nil && info.Mode().IsRegular() {
		one.Size = info.Size()
	}
	if d.Type()&fs.ModeSymlink != 0 {
		one.Link, _ = os.Readlink(path)
	}
	k.Bytes += one.Size
	k.Paths = append(k.Paths, one)
	return nil
}

func (k *kept) total() string {
	return fmt.Sprintf("%s, %s", terminal.Plural(len(k.Paths), "path"), terminal.Size(k.Bytes))
}

// remove deletes all of it. Once begun it is not called off: half of it would be of no use.
func (k *kept) remove() error {
	for _, root := range k.roots {
		if err := remove(root); err != nil {
			return err
		}
	}
	k.Removed = true
	return nil
}

// remove deletes a path with all below. It is a Root's, so that no link and no race leads out of the folder above it.
func remove(path string) (err error) {
	above, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("removing %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, above.Close()) }()
	name := filepath.Base(path)
	err = above.RemoveAll(name)
	if errors.Is(err, fs.ErrPermission) {
		unlock(above, name)
		err = above.RemoveAll(name)
	}
	if err != nil {
		return fmt.Errorf("removing %s: %w", path, err)
	}
	return nil
}

// unlock opens folders that were closed to their owner, as caches of modules are.
func unlock(above *os.Root, name string) {
	_ = fs.WalkDir(above.FS(), filepath.ToSlash(name), func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = above.Chmod(filepath.FromSlash(path), 0o700) // the removal says what could not be opened
		}
		return nil
	})
}
