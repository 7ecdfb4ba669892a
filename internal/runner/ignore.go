package runner

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// maxIgnoreFile bounds one .gitignore; the rest of a longer one is not read.
const maxIgnoreFile = 256 << 10

// ignoreRule is one line of a .gitignore (gitignore(5)).
type ignoreRule struct {
	negated, folderOnly bool
	match               *regexp.Regexp
}

// ignoreRules are those of one folder; paths are relative to it.
type ignoreRules []ignoreRule

// parseIgnore reads the lines of a .gitignore. A line that cannot be read matches nothing, as in git.
func parseIgnore(text string) ignoreRules {
	var rules ignoreRules
	for line := range strings.Lines(text) {
		if rule, ok := parseIgnoreLine(strings.TrimRight(line, "\r\n")); ok {
			rules = append(rules, rule)
		}
	}
	return rules
}

func parseIgnoreLine(line string) (ignoreRule, bool) {
	line = trimSpaces(line)
	if line == "" || line[0] == '#' {
		return ignoreRule{}, false
	}
	var rule ignoreRule
	if line[0] == '!' {
		rule.negated, line = true, line[1:]
	}
	if trimmed, is := strings.CutSuffix(line, "/"); is {
		rule.folderOnly, line = true, trimmed
	}
	if line == "" {
		return ignoreRule{}, false
	}
	// A slash at the beginning or in the middle anchors the pattern to the folder of the file.
	anchored := strings.Contains(line, "/")
	expression := globExpression(strings.TrimPrefix(line, "/"))
	if !anchored {
		expression = "(?:.*/)?" + expression
	}
	match, err := regexp.Compile("(?s)^" + expression + "$")
	if err != nil {
		return ignoreRule{}, false
	}
	rule.match = match
	return rule, true
}

// trimSpaces cuts trailing spaces but for one that a backslash protects.
func trimSpaces(line string) string {
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	return line
}

// globExpression is a pattern of git (fnmatch with FNM_PATHNAME, and **) as a regular expression.
func globExpression(glob string) string {
	var b strings.Builder
	for i := 0; i < len(glob); i++ {
		rest := glob[i:]
		switch {
		case strings.HasPrefix(rest, "**/") && (i == 0 || glob[i-1] == '/'):
			b.WriteString("(?:.*/)?")
			i += 2
		case rest == "**" && i > 0 && glob[i-1] == '/':
			b.WriteString(".+")
			i++
		case rest == "**" && i == 0:
			b.WriteString(".*")
			i++
		case glob[i] == '*':
			b.WriteString("[^/]*")
		case glob[i] == '?':
			b.WriteString("[^/]")
		case glob[i] == '[':
			class, n := globClass(rest)
			b.WriteString(class)
			i += n - 1
		case glob[i] == '\\' && i+1 < len(glob):
			i++
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		case glob[i] == '\\': // it protects nothing: the pattern matches nothing
			b.WriteString(matchless)
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	return b.String()
}

// matchless matches nothing, as in git a pattern that is malformed.
const matchless = `[^\x00-\x{10FFFF}]`

// globClass is a bracket expression and its length. No class has a slash in it.
func globClass(rest string) (string, int) {
	var b strings.Builder
	b.WriteByte('[')
	at := 1
	if at < len(rest) && (rest[at] == '!' || rest[at] == '^') {
		b.WriteString("^/")
		at++
	}
	for first := at; at < len(rest); at++ {
		switch name := posixClass(rest[at:]); {
		case name != "":
			b.WriteString(name)
			at += len(name) - 1
		case rest[at] == ']' && at > first:
			return closedClass(b.String()), at + 1
		case rest[at] == '/':
		case rest[at] == '-':
			b.WriteByte('-')
		case rest[at] == '\\' && at+1 < len(rest):
			at++
			b.WriteString(quoteInClass(rest[at : at+1]))
		default:
			b.WriteString(quoteInClass(rest[at : at+1]))
		}
	}
	return matchless, 1 // it never closes
}

func closedClass(open string) string {
	if open == "[" { // it had nothing but slashes
		return matchless
	}
	return open + "]"
}

// posixClass is the class of characters that text begins with, such as [:alpha:].
func posixClass(text string) string {
	end := strings.Index(text, ":]")
	if end < 2 || !strings.HasPrefix(text, "[:") {
		return ""
	}
	return text[:end+2]
}

func quoteInClass(character string) string {
	if character == "-" {
		return `\-`
	}
	return regexp.QuoteMeta(character)
}

// verdict says whether the rules decide about name, relative to their folder, and how; the last that matches counts.
func (rules ignoreRules) verdict(name string, folder bool) (ignored, decided bool) {
	for i := len(rules) - 1; i >= 0; i-- {
		if (folder || !rules[i].folderOnly) && rules[i].match.MatchString(name) {
			return !rules[i].negated, true
		}
	}
	return false, false
}

// ignorer knows the .gitignore files of a tree and of the folders above it, up to the repository's root. It belongs
// to one goroutine.
type ignorer struct {
	root    string // of the repository, or the tree's own
	folders map[string]ignoreRules
	extra   ignoreRules // relative to tree
	tree    string
}

// newIgnorer reads the rules for tree; extra patterns, relative to it, are read as lines of a .gitignore that comes last.
func newIgnorer(tree string, extra []string) *ignorer {
	return &ignorer{root: repository(tree), tree: tree, folders: map[string]ignoreRules{}, extra: parseIgnore(strings.Join(extra, "\n"))}
}

// repository is the nearest folder upward that has a .git, or the folder itself.
func repository(tree string) string {
	for folder := tree; ; folder = filepath.Dir(folder) {
		if _, err := os.Lstat(filepath.Join(folder, ".git")); err == nil {
			return folder
		}
		if filepath.Dir(folder) == folder {
			return tree
		}
	}
}

// ignored tells whether git ignores the path itself, given that it ignores no folder above it.
func (g *ignorer) ignored(full string, folder bool) bool {
	if name := filepath.Base(full); name == ".git" || name == ".banyan" {
		return true
	}
	if relative, err := filepath.Rel(g.tree, full); err == nil {
		if ignored, decided := g.extra.verdict(filepath.ToSlash(relative), folder); decided {
			return ignored
		}
	}
	for at := filepath.Dir(full); ; at = filepath.Dir(at) {
		relative, err := filepath.Rel(at, full)
		if err == nil {
			if ignored, decided := g.rules(at).verdict(filepath.ToSlash(relative), folder); decided {
				return ignored
			}
		}
		if at == g.root || filepath.Dir(at) == at {
			return false
		}
	}
}

// ignoredBelow is ignored for any path: one below an ignored folder is ignored too.
func (g *ignorer) ignoredBelow(full string, folder bool) bool {
	relative, err := filepath.Rel(g.root, full)
	if err != nil || strings.HasPrefix(relative, "..") {
		return false
	}
	at := g.root
	parts := strings.Split(filepath.ToSlash(relative), "/")
	for i, part := range parts {
		at = filepath.Join(at, part)
		if g.ignored(at, folder || i < len(parts)-1) && at != g.tree && !strings.HasPrefix(g.tree, at+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

func (g *ignorer) rules(folder string) ignoreRules {
	rules, known := g.folders[folder]
	if !known {
		rules = readIgnore(filepath.Join(folder, ".gitignore"))
		g.folders[folder] = rules
	}
	return rules
}

// forget has the rules of all folders read again: a .gitignore changed.
func (g *ignorer) forget() { clear(g.folders) }

func readIgnore(file string) ignoreRules {
	at, err := os.Stat(file)
	if err != nil || !at.Mode().IsRegular() || at.Size() > maxIgnoreFile {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return parseIgnore(string(b))
}

// isIgnoreFile tells whether a change of the file changes what is ignored.
func isIgnoreFile(name string) bool { return path.Base(filepath.ToSlash(name)) == ".gitignore" }
