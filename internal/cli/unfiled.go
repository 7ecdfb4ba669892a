package cli

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/project"
)

// unfiled finds what runs though its file is gone or was renamed: in a folder and, upward, in those above it. Where only copies run that
// were not asked for, the error that the file was not found for names what ends them.
func (s *shell) unfiled(path string, upward bool, missing error) (place, error) {
	folder := filepath.Dir(path)
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = real // as for a file that is there
	}
	for {
		at := place{project.Place{Root: folder, Name: s.project}, filepath.Join(folder, filepath.Base(path))}
		if at.lives() {
			return at, nil
		}
		if ends := s.endsIn(folder); len(ends) > 0 {
			var d diag.Diagnostic
			if !errors.As(missing, &d) {
				return place{}, missing
			}
			d.Message += "; an application runs in " + folder + " all the same"
			return place{}, d.WithHint("%s ends it, banyan down --all all of yours", strings.Join(ends, ", "))
		}
		if !upward || folder == filepath.Dir(folder) {
			return place{}, missing
		}
		folder = filepath.Dir(folder)
	}
}

// endsIn are the commands that end what runs of a folder.
func (s *shell) endsIn(folder string) []string {
	all := place{Place: project.Place{Root: folder}}
	var ends []string
	for _, one := range all.within() {
		if (place{Place: one}).lives() {
			ends = append(ends, "banyan down"+s.naming(one.Name))
		}
	}
	return ends
}
