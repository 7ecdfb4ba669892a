package banyan

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("reading a document that the project promises: %v", err)
	}
	return string(text)
}

// `file#Identifier` is how ARCHITECTURE.md points into the code.
var pointer = regexp.MustCompile("`([a-z][A-Za-z0-9_/.-]*\\.go)#([A-Za-z_][A-Za-z0-9_.]*)`")

func TestArchitecturePointsAtWhatIsThere(t *testing.T) {
	declared := map[string]map[string]bool{}
	for _, s := range sources(t) {
		declared[s.path] = identifiers(s.tree)
	}
	found := pointer.FindAllStringSubmatch(document(t, "docs/ARCHITECTURE.md"), -1)
	if len(found) < 20 {
		t.Errorf("ARCHITECTURE.md names %d places only: it follows a request and a reload file by file", len(found))
	}
	for _, m := range found {
		switch names, there := declared[m[1]]; {
		case !there:
			t.Errorf("ARCHITECTURE.md names %s, which does not exist", m[1])
		case !names[m[2]]:
			t.Errorf("ARCHITECTURE.md names %s in %s, which does not declare it", m[2], m[1])
		}
	}
}

// identifiers are the declarations of a file, methods as Type.Method.
func identifiers(f *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[receiver(d)+d.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	return names
}

func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, is := typ.(*ast.StarExpr); is {
		typ = star.X
	}
	if generic, is := typ.(*ast.IndexExpr); is {
		typ = generic.X
	}
	if name, is := typ.(*ast.Ident); is {
		return name.Name + "."
	}
	return ""
}

var requirement = regexp.MustCompile(`(?m)^\s+([a-z0-9./-]+\.[a-z0-9./-]+) v[^ ]+$`)

func TestEveryDependencyHasItsReason(t *testing.T) {
	reasons := document(t, "docs/dependencies.md")
	direct := requirement.FindAllStringSubmatch(document(t, "go.mod"), -1)
	if len(direct) == 0 || len(direct) > 40 {
		t.Errorf("go.mod names %d direct dependencies; 40 at most", len(direct))
	}
	for _, m := range direct {
		if !strings.Contains(reasons, m[1]) {
			t.Errorf("docs/dependencies.md does not say why %s is there", m[1])
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)

func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	top, _ := filepath.Glob("*.md")
	guides, _ := filepath.Glob("docs/*/*.md")
	examples, _ := filepath.Glob("examples/*/*.md")
	for _, path := range slices.Concat(files, guides, top, examples, []string{"examples/README.md"}) {
		for _, m := range link.FindAllStringSubmatch(document(t, path), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, m[1])
			}
		}
	}
}

// A capability without a test that proves it is a claim.
var proof = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9_]*)`")

func TestDocumentsNameTestsThatExist(t *testing.T) {
	there := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			for name := range identifiers(s.tree) {
				there[name] = true
			}
		}
	}
	for _, path := range []string{"docs/capabilities.md", "docs/expectations.md"} {
		found := proof.FindAllStringSubmatch(document(t, path), -1)
		if len(found) == 0 {
			t.Errorf("%s names no test", path)
		}
		for _, m := range found {
			if !there[m[1]] {
				t.Errorf("%s names %s, which does not exist", path, m[1])
			}
		}
	}
}
