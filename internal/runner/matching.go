package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
)

// MatchingHash hashes the files below dir that one of the globs matches, whether git ignores them or not, and counts them. A glob that
// names a folder matches all that lies in it.
func MatchingHash(dir string, globs []string) (hash string, count int, err error) {
	var wanted []*regexp.Regexp
	for _, glob := range globs {
		expression, err := regexp.Compile("(?s)^" + globExpression(filepath.ToSlash(filepath.Clean(glob))) + "(/.*)?$")
		if err != nil {
			return "", 0, fmt.Errorf("reading the pattern %s: %w", glob, err)
		}
		wanted = append(wanted, expression)
	}
	sum, h, looked := sha256.New(), NewHasher(""), 0
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || name == dir:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".banyan"}, entry.Name()):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		if looked++; looked > maxSources {
			return ErrTooManySources
		}
		relative, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		if !slices.ContainsFunc(wanted, func(e *regexp.Regexp) bool { return e.MatchString(relative) }) {
			return nil
		}
		count++
		return h.add(sum, relative, name)
	})
	if err != nil {
		return "", 0, fmt.Errorf("hashing files in %s: %w", dir, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), count, nil
}
