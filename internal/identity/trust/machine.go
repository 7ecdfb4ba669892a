package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Root is the certificate that is trusted, and where it stands in PEM.
type Root struct {
	Certificate *x509.Certificate
	Path        string
	// ID names it in stores: no two roots have the same.
	ID string
}

// label is what stores with names call it.
func (r Root) label() string { return "Banyan local root " + r.ID }

// Machine is the system with its programs.
type Machine struct {
	// System is a GOOS; Home the user's folder.
	System, Home string
	// Superuser says that commands which need its rights may be run.
	Superuser bool
	// Find is where a program is, empty for nowhere; Run runs one and returns what it wrote to its output.
	Find func(program string) string
	Run  func(ctx context.Context, argv ...string) ([]byte, error)
	// Prefix stands before the system's paths; it is empty but in tests.
	Prefix string
}

// Real is this machine. environ is KEY=value, as in os.Environ.
func Real(environ []string) Machine {
	home := ""
	for _, pair := range environ {
		if key, value, _ := strings.Cut(pair, "="); key == "HOME" || runtime.GOOS == "windows" && strings.EqualFold(key, "USERPROFILE") {
			home = value
		}
	}
	return Machine{System: runtime.GOOS, Home: home, Superuser: os.Geteuid() == 0, Find: find, Run: run}
}

// find looks where administrators' programs are as well, which a user's PATH may leave out.
func find(program string) string {
	if path, err := exec.LookPath(program); err == nil {
		return path
	}
	for _, folder := range []string{"/usr/sbin", "/sbin", "/usr/bin"} {
		path := filepath.Join(folder, program)
		if is, err := os.Stat(path); err == nil && is.Mode().Perm()&0o111 != 0 {
			return path
		}
	}
	return ""
}

// run has no terminal and no input: what would ask for a password fails instead.
func run(ctx context.Context, argv ...string) ([]byte, error) {
	command := exec.CommandContext(ctx, argv[0], argv[1:]...) //nolint:gosec // programs of this package's tables alone
	var out, said bytes.Buffer
	command.Stdout, command.Stderr = &out, &said
	if err := command.Run(); err != nil {
		return out.Bytes(), fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), err, lastLine(said.String()+out.String()))
	}
	return out.Bytes(), nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
