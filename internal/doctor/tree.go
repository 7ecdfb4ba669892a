package doctor

import (
	"context"
	"io/fs"
	"path/filepath"
)

// mostFolders is where counting ends: above it every limit is too small anyway.
const mostFolders = 50_000

// countFolders is an upper bound of what is watched below a folder: what .gitignore excludes is counted too, but for the
// folders that nobody keeps in git.
func countFolders(ctx context.Context, root string) int {
	n := 0
	_ = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil || n >= mostFolders:
			return fs.SkipAll
		case err != nil || !d.IsDir():
			return nil //nolint:nilerr // what cannot be read is not watched either
		case n > 0 && (d.Name() == ".git" || d.Name() == ".banyan" || d.Name() == "node_modules"):
			return fs.SkipDir
		}
		n++
		return nil
	})
	return n
}
