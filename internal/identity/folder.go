package identity

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
)

// errHomeless is told where nothing says where the user's files lie.
var errHomeless = errors.New("finding the user's folder: HOME is not set")

// Folder is the user's folder for what outlives applications: $XDG_DATA_HOME/banyan or ~/.local/share/banyan, ~/Library/Application
// Support/banyan on macOS, %LocalAppData%\banyan on Windows. It is that for data and not that for configuration, because people
// keep the latter in repositories. environ is KEY=value, as in os.Environ; nothing is made.
func Folder(environ []string) (string, error) { return folderOn(runtime.GOOS, environ) }

func folderOn(system string, environ []string) (string, error) {
	home := variable(environ, "HOME")
	switch data := variable(environ, "XDG_DATA_HOME"); {
	case system == "windows":
		home, local := variable(environ, "USERPROFILE"), variable(environ, "LocalAppData")
		if local != "" {
			return filepath.Join(local, "banyan"), nil
		}
		if home == "" {
			return "", errors.New("finding the user's folder: neither LocalAppData nor USERPROFILE is set")
		}
		return filepath.Join(home, "AppData", "Local", "banyan"), nil
	case filepath.IsAbs(data): // a relative one is to be ignored (XDG Base Directory Specification)
		return filepath.Join(data, "banyan"), nil
	case !filepath.IsAbs(home):
		return "", errHomeless
	case system == "darwin":
		return filepath.Join(home, "Library", "Application Support", "banyan"), nil
	}
	return filepath.Join(home, ".local", "share", "banyan"), nil
}

// variable is the value that is set last, as for a process.
func variable(environ []string, name string) string {
	value := ""
	for _, pair := range environ {
		if key, v, _ := strings.Cut(pair, "="); key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			value = v
		}
	}
	return value
}

// authorityIn is the folder of the authority within the user's.
func authorityIn(folder string) string { return filepath.Join(folder, "authority") }
