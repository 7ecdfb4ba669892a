package runner

import (
	"bytes"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// The rows are of gitignore(5); where git is installed it is asked too, so that a row cannot say what git does not do.
func TestPatternsAreGits(t *testing.T) {
	rows := []struct {
		sentence, patterns string
		ignored, not       []string
	}{
		{"a name matches at any depth", "*.log", []string{"a.log", "deep/er/a.log"}, []string{"a.logs"}},
		{"a slash at the beginning anchors", "/build", []string{"build"}, []string{"src/build"}},
		{"a slash in the middle anchors too", "doc/*.txt", []string{"doc/a.txt"}, []string{"src/doc/a.txt", "doc/a/b.txt"}},
		{"a slash at the end is for folders alone", "out/", []string{"out/x", "src/out/x"}, []string{"out.txt"}},
		{"what lies below an ignored folder is ignored", "node_modules", []string{"node_modules/a/b.js"}, nil},
		{"two stars lead into every folder", "**/temp", []string{"temp", "a/temp", "a/b/temp"}, []string{"temporary"}},
		{"two stars in the middle are any folders, none too", "a/**/z", []string{"a/z", "a/b/z", "a/b/c/z"}, []string{"az", "b/a/z"}},
		{"two stars at the end are all below", "a/**", []string{"a/x", "a/b/c"}, []string{"a.txt"}},
		{"one star stops at a slash", "a*z", []string{"az", "abz", "b/abz"}, []string{"a/z"}},
		{"a question mark is one character", "a?c", []string{"abc"}, []string{"ac", "abbc"}},
		{"a class", "[a-c]1", []string{"a1", "c1"}, []string{"d1"}},
		{"a negated class", "[!a-c]1", []string{"d1"}, []string{"a1"}},
		{"a bracket may be the first of its class", "[]x]1", []string{"]1", "x1"}, []string{"a1"}},
		{"so may it be of a negated one", "[!]x]1", []string{"a1"}, []string{"]1", "x1"}},
		{"a backslash protects within a class", `[a\]b]1`, []string{"a1", "]1", "b1"}, []string{`\1`}},
		{"a class of POSIX", "[[:digit:]]x", []string{"1x"}, []string{"ax"}},
		{"a class that never ends matches nothing", "[a", nil, []string{"[a", "a"}},
		{"a backslash at the end matches nothing", `a\`, nil, []string{`a\`, "a"}},
		{"the last rule that matches counts", "*.log\n!keep.log", []string{"a.log"}, []string{"keep.log"}},
		{"nothing comes back out of an ignored folder", "logs/\n!logs/keep.log", []string{"logs/keep.log"}, nil},
		{"a comment and an empty line are none", "# *.go\n\n*.o", []string{"a.o"}, []string{"a.go"}},
		{"a backslash takes the meaning away", "\\#a\n\\!b\nc\\*", []string{"#a", "!b", "c*"}, []string{"cx"}},
		{"spaces at the end do not count", "a   \nb\\ ", []string{"a", "b "}, []string{"b"}},
		{"lines may end as on Windows", "*.tmp\r\n", []string{"a.tmp"}, nil},
		{"a dot and a plus are themselves", "a.b+", []string{"a.b+"}, []string{"axb+", "a.bb"}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			dir := t.TempDir()
			file(t, dir, ".gitignore", row.patterns, 0o600)
			git := asker(t, dir)
			for i, names := range [][]string{row.not, row.ignored} {
				for _, name := range names {
					path := file(t, dir, name, "x", 0o600)
					if got := newIgnorer(dir, nil).ignoredBelow(path, false); got != (i == 1) {
						t.Errorf("%s: ignored is %v", name, got)
					}
					if git != nil && git(name) != (i == 1) {
						t.Errorf("%s: git does not agree", name)
					}
				}
			}
		})
	}
}

// asker asks git whether it ignores a file of dir; nil where there is no git.
func asker(t *testing.T, dir string) func(name string) bool {
	t.Helper()
	git, err := exec.LookPath("git")
	if err != nil {
		return nil
	}
	run := func(argv ...string) bool {
		command := exec.Command(git, append([]string{"-C", dir, "-c", "core.excludesFile="}, argv...)...)
		return command.Run() == nil
	}
	if !run("init", "-q") {
		t.Fatal("git init failed")
	}
	return func(name string) bool { return run("check-ignore", "-q", "--no-index", "--", name) }
}

func TestRulesOfOtherFoldersCount(t *testing.T) {
	root := t.TempDir()
	file(t, root, ".git/HEAD", "", 0o600)
	file(t, root, ".gitignore", "*.log\n/services/orders/dist\n", 0o600)
	file(t, root, "services/orders/.gitignore", "!debug.log\n", 0o600)
	file(t, root, "services/orders/deep/.gitignore", "*.go\n", 0o600)
	tree := root + "/services/orders"
	rows := []struct {
		sentence, name string
		extra          []string
		ignored        bool
	}{
		{"a rule of the repository's root", "a.log", nil, true},
		{"a nearer rule counts more", "debug.log", nil, false},
		{"a path that is anchored at the root", "dist/x", nil, true},
		{"a rule of a folder below", "deep/main.go", nil, true},
		{"that folder's rule stays there", "main.go", nil, false},
		{"an extra line counts last", "main.go", []string{"*.go"}, true},
		{"and may bring back", "a.log", []string{"!a.log"}, false},
		{"git's own folder is never a source", ".git/config", nil, true},
		{"nor is Banyan's", "sub/.banyan/state", nil, true},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := newIgnorer(tree, row.extra).ignoredBelow(tree+"/"+row.name, false); got != row.ignored {
				t.Fatalf("%s: ignored is %v", row.name, got)
			}
		})
	}
}

// Whatever the lines say, reading them makes rules that work; a name with every character protected matches itself alone.
func FuzzIgnore(f *testing.F) {
	for _, seed := range []string{"*.log", "a/**/z", "[!a-c]x", "\\ ", "[", "**", "/", "!", "[[:alpha:]]", "[z-a]", "a\\", "[]", "[^]"} {
		f.Add(seed, "a/b.log")
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		parseIgnore(text).verdict(name, false)
		if name == "" || strings.ContainsAny(name, "/\n\r\x00") || name != strings.ToValidUTF8(name, "") {
			return
		}
		var literal bytes.Buffer
		for i := range len(name) {
			literal.WriteByte('\\')
			literal.WriteByte(name[i])
		}
		expression := regexp.MustCompile("(?s)^" + globExpression(literal.String()) + "$")
		if !expression.MatchString(name) || expression.MatchString(name+"x") {
			t.Fatalf("%q as %q matches not itself alone", name, expression)
		}
	})
}
