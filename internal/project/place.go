package project

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strconv"

	"github.com/banyan-run/banyan/internal/graph"
)

// Place is one copy of an application. It is comparable.
type Place struct {
	// Root is the absolute folder of the file, without links in it.
	Root string
	// Name tells copies in one folder apart; the one without a name is the application itself.
	Name string
}

// Folder is what Banyan keeps beside a file.
const Folder = graph.StateFolder

// copies is the folder of the named ones within Folder.
const copies = "projects"

var wellNamed = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$`)

// Named tells whether a name can be a copy's: it is a folder's name, and part of a command that is pasted.
func Named(name string) bool { return wellNamed.MatchString(name) }

// State is the folder of all that is kept of the copy; those of named ones lie in that of the application itself.
func (p Place) State() string {
	if p.Name == "" {
		return filepath.Join(p.Root, Folder)
	}
	return filepath.Join(p.Root, Folder, copies, p.Name)
}

// Run is the keeper's folder: what lies there belongs to one run.
func (p Place) Run() string { return filepath.Join(p.State(), "run") }

// longest is what fits into sockaddr_un on every system: 104 bytes on macOS, 108 on Linux, with the ending zero.
const longest = 103

// Socket is the path of the copy's control socket. A path that is too long for a socket gives way to one in the user's runtime
// folder.
func (p Place) Socket() string {
	path := filepath.Join(p.Run(), "control.sock")
	if len(path) <= longest {
		return path
	}
	return filepath.Join(RuntimeFolder(), p.id()+".sock")
}

// id names the copy among all of the user's.
func (p Place) id() string {
	of := p.Root
	if p.Name != "" {
		of = p.State()
	}
	sum := sha256.Sum256([]byte(of))
	return hex.EncodeToString(sum[:8])
}

// Beside are the other copies of which something is kept in the same folder, the application itself included.
func (p Place) Beside() []Place {
	entries, _ := os.ReadDir(filepath.Join(p.Root, Folder, copies)) // there is none before the first named copy
	all := []Place{{Root: p.Root}}
	for _, e := range entries {
		if e.IsDir() && Named(e.Name()) {
			all = append(all, Place{p.Root, e.Name()})
		}
	}
	var others []Place
	for _, one := range all {
		if one != p {
			others = append(others, one)
		}
	}
	return others
}

// RuntimeFolder is the user's folder for what copies share while they run, and for sockets; who makes it gives it 0700.
func RuntimeFolder() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && len(dir) < 60 {
		return filepath.Join(dir, "banyan")
	}
	return filepath.Join("/tmp", "banyan-"+strconv.Itoa(os.Getuid()))
}
