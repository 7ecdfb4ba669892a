package spec

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/banyan-run/banyan/internal/diag"
)

// fileName is what an application's file is called, localName what lies over it on one machine.
const (
	fileName  = "banyan.yaml"
	localName = "banyan.local.yaml"
)

// Find is the absolute path of the nearest banyan.yaml, in dir or a folder above it. The error is a diagnostic with the code NoFile.
func Find(dir string) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding %s: %w", fileName, err)
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		path := filepath.Join(folder, fileName)
		if at, err := os.Stat(path); err == nil && at.Mode().IsRegular() {
			return path, nil
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	d := diag.At(diag.Position{}, diag.NoFile, "neither %s nor a folder above it has a %s", start, fileName)
	for _, other := range []string{"banyan.yml", ".banyan.yaml"} {
		if _, err := os.Stat(filepath.Join(start, other)); err == nil {
			return "", d.WithHint("rename %s to %s, or name it with --file", other, fileName)
		}
	}
	return "", d.WithHint("change to the folder of the application, or name its file with --file")
}
