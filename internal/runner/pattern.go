package runner

import (
	"path/filepath"
	"regexp"
)

// Patterns choose files of a tree. Paths are globs relative to it (`**/*.go`; `**` crosses folders); none means all
// that git does not ignore. Ignore are lines of a further .gitignore.
type Patterns struct{ Paths, Ignore []string }

// chooser decides which changed files count. It belongs to one goroutine.
type chooser struct {
	dir   string
	paths []*regexp.Regexp
	rules *ignorer
}

func newChooser(dir string, p Patterns) (*chooser, error) {
	c := &chooser{dir: dir, rules: newIgnorer(dir, p.Ignore)}
	for _, glob := range p.Paths {
		expression, err := regexp.Compile("(?s)^" + globExpression(filepath.ToSlash(filepath.Clean(glob))) + "$")
		if err != nil {
			return nil, err
		}
		c.paths = append(c.paths, expression)
	}
	return c, nil
}

// file tells whether a change of the file counts.
func (c *chooser) file(name string) bool {
	relative, err := filepath.Rel(c.dir, name)
	if err != nil || c.rules.ignoredBelow(name, false) {
		return false
	}
	for _, expression := range c.paths {
		if expression.MatchString(filepath.ToSlash(relative)) {
			return true
		}
	}
	return len(c.paths) == 0
}

// folder tells whether to look into a folder.
func (c *chooser) folder(name string) bool {
	return name == c.dir || !c.rules.ignoredBelow(name, true)
}
