package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// folder is what the system says of one, without following a link.
type folder struct {
	mode fs.FileMode
	// owned tells that it is this user's; true where the system does not say.
	owned bool
}

// ownRuntime moves the sockets to where nobody else can write, on every system.
const ownRuntime = `mkdir -p -m 700 "$HOME/.run" && export XDG_RUNTIME_DIR="$HOME/.run"`

// runtimeFolder looks at the user's folder for sockets: in a shared /tmp somebody else may have made it first.
func runtimeFolder(examine func(path string) (folder, error)) Check {
	return Check{Name: "runtime folder", Why: "sockets of applications with long folder names lie there; another user who can write it can answer in their place", Look: func(_ context.Context, s Subject) []Result {
		path := s.Banyan.Runtime
		is, err := examine(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return parentOf(path, examine)
		case err != nil:
			return failed(fmt.Sprintf("%s cannot be looked at: %s", path, cause(err)), ownRuntime)
		case is.mode&fs.ModeSymlink != 0 || !is.mode.IsDir():
			return failed(path+" is no folder", "rm "+quoted(path))
		case !is.owned:
			return failed(path+" belongs to another user", ownRuntime)
		case is.mode.Perm()&0o022 != 0:
			return failed(fmt.Sprintf("%s can be written by others (mode %04o)", path, is.mode.Perm()), "chmod 700 "+quoted(path))
		case is.mode.Perm()&0o700 != 0o700:
			return failed(fmt.Sprintf("%s is closed to its owner (mode %04o)", path, is.mode.Perm()), "chmod 700 "+quoted(path))
		case is.mode.Perm()&0o055 != 0:
			return warning(fmt.Sprintf("others can see what is in %s (mode %04o)", path, is.mode.Perm()), "chmod 700 "+quoted(path))
		}
		return fine("%s is yours alone", path)
	}}
}

// parentOf is a runtime folder that nobody has made yet.
func parentOf(path string, examine func(string) (folder, error)) []Result {
	parent := filepath.Dir(path)
	is, err := examine(parent)
	switch {
	case err != nil:
		return failed(fmt.Sprintf("%s cannot be made: %s", path, cause(err)), fmt.Sprintf("mkdir -p -m 700 %s", quoted(path)))
	case !is.owned && is.mode.Perm()&0o002 != 0 && is.mode&fs.ModeSticky == 0:
		return failed(parent+" lets every user remove what is not theirs (no sticky bit)", "sudo chmod 1777 "+quoted(parent))
	}
	return fine("%s will be made when it is needed", path)
}

// temporary looks at the folder for temporary files. barred tells that programs may not be started there.
func temporary(path string, writable func(string) error, barred func(string) bool) Check {
	return Check{Name: "temporary files", Why: "builds write there, and go run starts what it built there", Look: func(_ context.Context, s Subject) []Result {
		if err := writable(path); err != nil {
			return failed(fmt.Sprintf("%s cannot be written: %s", path, cause(err)), `mkdir -p "$HOME/.tmp" && export TMPDIR="$HOME/.tmp"`)
		}
		if !barred(path) {
			return fine("%s can be written", path)
		}
		fix := `mkdir -p "$HOME/.cache/go-tmp" && export GOTMPDIR="$HOME/.cache/go-tmp"`
		if by := goRuns(s); len(by) > 0 {
			return failed(fmt.Sprintf("%s is mounted noexec, and go run of %s starts its program there", path, several(by)), fix)
		}
		return warning(path+" is mounted noexec: go run and go test cannot start what they build", fix)
	}}
}

// goRuns are the services that go run starts.
func goRuns(s Subject) []string {
	var names []string
	for _, service := range servicesOf(s) {
		if argv := service.Run.Argv; len(argv) > 1 && filepath.Base(argv[0]) == "go" && argv[1] == "run" {
			names = append(names, service.Name)
		}
	}
	return names
}
