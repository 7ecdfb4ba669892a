package book

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/banyan-run/banyan/docs"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/markdown"
	"github.com/banyan-run/banyan/internal/terminal"
)

var update = flag.Bool("update", false, "write docs/errors/README.md again")

func open(t *testing.T) *Book {
	t.Helper()
	b, err := Open(docs.Pages)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryPageIsInTheContents(t *testing.T) {
	b, found := open(t), 0
	err := fs.WalkDir(docs.Pages, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && path.Ext(name) == ".md" {
			found++
			if b.byPath[name] == nil {
				t.Errorf("docs/%s is in no contents: name it in docs/README.md, or in the README.md of its folder", name)
			}
		}
		return err
	})
	if err != nil || found < 70 {
		t.Errorf("%d pages: %v", found, err)
	}
	for _, p := range b.Pages[1:] {
		if p.Chapter == "" {
			t.Errorf("docs/README.md names %s under no heading", p.Path)
		}
	}
}

func TestTheBookBeginsInTheOrderInWhichItIsRead(t *testing.T) {
	b := open(t)
	for i, want := range []string{"", "install", "guides/starting", "concepts", "guides"} {
		if b.Pages[i].Name != want {
			t.Errorf("page %d is %q, not %q", i, b.Pages[i].Name, want)
		}
	}
}

// A link leads to a page of the book or to a file beside it, and its fragment to a heading that is there.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	b, links := open(t), 0
	for _, p := range b.Pages {
		for _, to := range markdown.Links(p.Blocks) {
			links++
			file, fragment := resolve(p.Path, to), ""
			if _, after, has := strings.Cut(to, "#"); has {
				fragment = after
			}
			target := b.byPath[file]
			if strings.HasPrefix(to, "#") {
				target = p
			}
			switch {
			case b.address(p, to) == "":
				t.Errorf("docs/%s links to %s, which the book does not have", p.Path, to)
			case target == nil && !strings.Contains(to, "://"):
				if _, err := fs.Stat(docs.Pages, file); err != nil {
					t.Errorf("docs/%s links to %s: %v", p.Path, to, err)
				}
			case fragment != "" && target != nil && !has(target, fragment):
				t.Errorf("docs/%s links to %s, where no heading is called so", p.Path, to)
			}
		}
	}
	if links < 100 {
		t.Errorf("%d links only", links)
	}
}

func has(p *Page, id string) bool {
	for _, b := range p.Blocks {
		if b.Kind == markdown.Heading && b.ID == id {
			return true
		}
	}
	return false
}

// What the subset does not know would stand on the page as its marks.
func TestPagesUseWhatTheBookCanShow(t *testing.T) {
	for _, p := range open(t).Pages {
		markdown.Walk(p.Blocks, func(spans []markdown.Span) {
			for _, s := range spans {
				for _, mark := range []string{"![", "](", "<br", "<img", "&nbsp;", "[^"} {
					if s.Style == markdown.Plain && strings.Contains(s.Text, mark) {
						t.Errorf("docs/%s: %q is shown as it stands: %s", p.Path, mark, s.Text)
					}
				}
			}
		})
	}
}

func TestEachCodeHasItsEntry(t *testing.T) {
	known := map[string]bool{"README.md": true}
	for _, e := range diag.Entries() {
		known[string(e.Code)+".md"] = true
		p, there, err := Entry(docs.Pages, e.Code)
		if err != nil || !there {
			t.Errorf("%s has no entry: write docs/errors/%s.md, as CONTRIBUTING.md says: %v", e.Code, e.Code, err)
			continue
		}
		if want := string(e.Code) + ": " + capital(e.Title); p.Title != want {
			t.Errorf("%s begins with %q, not with %q", p.Path, p.Title, want)
		}
		var parts []string
		for _, b := range p.Blocks {
			if b.Kind == markdown.Heading && b.Level == 2 {
				parts = append(parts, markdown.Words(b.Text))
			}
		}
		if got := strings.Join(parts, ", "); got != "Why, What to do, Example" {
			t.Errorf("%s has the parts %s: it says what the code means, and then Why, What to do and Example", p.Path, got)
		}
		if p.Blocks[1].Kind != markdown.Paragraph || p.Blocks[len(p.Blocks)-1].Kind == markdown.Heading {
			t.Errorf("%s does not begin with its meaning or ends with a heading", p.Path)
		}
	}
	files, err := fs.ReadDir(docs.Pages, "errors")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f.Name()] {
			t.Errorf("docs/errors/%s belongs to no code", f.Name())
		}
	}
}

func capital(text string) string {
	_, n := utf8.DecodeRuneInString(text)
	return strings.ToUpper(text[:n]) + text[n:]
}

// families are the groups of codes by their first digit.
var families = []struct{ digit, title, says string }{
	{"1", "The file", "`banyan validate` finds these, all at once, and so does every command that reads `banyan.yaml`."},
	{"2", "Running services", "`banyan status` shows these, worst first, with the last lines of the service."},
	{"3", "Requests", "The gateway and the mesh answer with these, as problem documents (RFC 9457); `banyan trace` and `banyan explain` tell more."},
	{"4", "Commands and the control API", "Commands end with these; the exit code is in [the reference](../reference/cli.md#exit-codes)."},
}

// index is the page that lists every code.
func index() string {
	var b strings.Builder
	b.WriteString("# Troubleshooting by error code\n\nEvery refusal of Banyan has a code that keeps its meaning for ever. `banyan help BYN-1007` prints the entry of one in the terminal.\n\n" +
		"When something is wrong and you have no code: `banyan status` names what is wrong, worst first; `banyan logs` has all that a service wrote; `banyan doctor` looks at the machine.\n")
	for _, f := range families {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| code | what | why |\n|--|--|--|\n", f.title, f.says)
		for _, e := range diag.Entries() {
			if strings.HasPrefix(string(e.Code), "BYN-"+f.digit) {
				fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", e.Code, e.Code, e.Title, strings.ReplaceAll(e.Cause, "|", `\|`))
			}
		}
	}
	return b.String()
}

func TestTheIndexOfCodesIsCurrent(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "errors", "README.md")
	if *update {
		if err := os.WriteFile(file, []byte(index()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil || string(text) != index() {
		t.Fatalf("docs/errors/README.md is not what the table of codes says (make generate writes it): %v", err)
	}
	if strings.Count(index(), "\n| [BYN-") != len(diag.Entries()) {
		t.Error("a code is of no family")
	}
}

// `banyan help` prints an entry into 80 columns; code alone may be wider, and is not here.
func TestEntriesFitIntoEightyColumns(t *testing.T) {
	for _, e := range diag.Entries() {
		p, there, err := Entry(docs.Pages, e.Code)
		if err != nil || !there {
			continue // said above
		}
		for line := range strings.Lines(p.Text(terminal.Screen{}, 80)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 && !strings.HasPrefix(line, "    ") {
				t.Errorf("%s: %d columns: %s", e.Code, n, line)
			}
		}
	}
}

func TestFind(t *testing.T) {
	b := open(t)
	rows := []struct {
		sentence string
		words    []string
		want     string
	}{
		{"by its whole name", []string{"guides/running"}, "guides/running"},
		{"by name in words", []string{"errors", "BYN-1007"}, "errors/BYN-1007"},
		{"by code, in any case", []string{"byn-1007"}, "errors/BYN-1007"},
		{"by its last word", []string{"running"}, "guides/running"},
		{"by the name of the file", []string{"install.md"}, "install"},
		{"by a folder", []string{"decisions"}, "decisions"},
		{"by its title", []string{"Threat", "model"}, "threat-model"},
		{"the contents", []string{"contents"}, ""},
		{"two that are called so are both meant", []string{"file"}, "guides/file reference/file"},
		{"none", []string{"nowhere"}, "none"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			var names []string
			for _, p := range b.Find(row.words...) {
				names = append(names, p.Name)
			}
			if names == nil {
				names = []string{"none"}
			}
			if got := strings.Join(names, " "); got != row.want {
				t.Fatalf("%v finds %q, not %q", row.words, got, row.want)
			}
		})
	}
}

func TestABookThatCannotBeOpenedSaysWhy(t *testing.T) {
	for sentence, files := range map[string]fstest.MapFS{
		"no contents":            {},
		"a page that is gone":    {"README.md": {Data: []byte("# Book\n\n- [a](a.md)\n")}},
		"a page without a title": {"README.md": {Data: []byte("# Book\n\n- [a](a.md)\n")}, "a.md": {Data: []byte("text\n")}},
	} {
		if b, err := Open(files); err == nil || !strings.Contains(err.Error(), "opening the book") {
			t.Errorf("%s: %v, %v", sentence, b, err)
		}
	}
}
