package banyan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// source is one Go file of the project.
type source struct {
	path  string
	lines int
	test  bool
	set   *token.FileSet
	tree  *ast.File
}

// sources reads every Go file that is ours: all but examples' data and what is built.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		all = append(all, source{filepath.ToSlash(path), strings.Count(string(text), "\n"), strings.HasSuffix(path, "_test.go"), set, tree})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s source) at(n ast.Node) string { return s.set.Position(n.Pos()).String() }

// length counts the lines below the first: a signature is read at a glance, what it opens is not.
func (s source) length(n ast.Node) int {
	return s.set.Position(n.End()).Line - s.set.Position(n.Pos()).Line
}

// percentile sorts and returns the value below which share of all lie.
func percentile(values []int, share float64) int {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(len(values)-1, int(float64(len(values))*share))]
}

func TestFilesAreShort(t *testing.T) {
	var lengths []int
	folders, total := map[string]int{}, 0
	for _, s := range sources(t) {
		if s.lines > 800 {
			t.Errorf("%s has %d lines, over 800: it holds two concepts", s.path, s.lines)
		}
		if s.test {
			continue
		}
		lengths = append(lengths, s.lines)
		folders[filepath.Dir(s.path)] += s.lines
		total += s.lines
	}
	if m, p := percentile(lengths, 0.5), percentile(lengths, 0.95); m > 120 || p > 380 {
		t.Errorf("files have a median of %d lines (120 at most) and a 95th percentile of %d (380 at most)", m, p)
	}
	for folder, lines := range folders {
		if lines > total/10 {
			t.Errorf("%s holds %d of %d lines, more than a tenth: it is becoming the one package", folder, lines, total)
		}
	}
}

func TestFunctionsAreShort(t *testing.T) {
	var lengths []int
	for _, s := range sources(t) {
		for _, d := range s.tree.Decls {
			f, is := d.(*ast.FuncDecl)
			if !is || f.Body == nil {
				continue
			}
			n := s.length(f)
			if n > 100 {
				t.Errorf("%s: %s has %d lines, over 100", s.at(f), f.Name.Name, n)
			}
			if !s.test {
				lengths = append(lengths, n)
			}
			if count := f.Type.Params.NumFields(); count > 6 && !s.test {
				t.Errorf("%s: %s has %d parameters, over 6: a noun is missing", s.at(f), f.Name.Name, count)
			}
		}
	}
	if m, p := percentile(lengths, 0.5), percentile(lengths, 0.95); m > 8 || p > 40 {
		t.Errorf("functions have a median of %d lines (8 at most) and a 95th percentile of %d (40 at most)", m, p)
	}
}

func TestTypesAreSmall(t *testing.T) {
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			spec, is := n.(*ast.TypeSpec)
			if !is {
				return true
			}
			switch typ := spec.Type.(type) {
			case *ast.StructType:
				most := 25
				if spec.Name.Name == "Exchange" && strings.HasPrefix(s.path, "internal/exchange/") {
					most = 16
				}
				if n := typ.Fields.NumFields(); n > most {
					t.Errorf("%s: %s has %d fields, over %d", s.at(spec), spec.Name.Name, n, most)
				}
				s.storesNoContext(t, spec, typ)
			case *ast.InterfaceType:
				if n := typ.Methods.NumFields(); n > 4 {
					t.Errorf("%s: %s has %d methods, over 4: split it by who calls them", s.at(spec), spec.Name.Name, n)
				}
			}
			return true
		})
	}
}

// The Exchange is the one exception: it is pooled with its connection.
func (s source) storesNoContext(t *testing.T, spec *ast.TypeSpec, typ *ast.StructType) {
	if strings.HasPrefix(s.path, "internal/exchange/") {
		return
	}
	for _, f := range typ.Fields.List {
		if sel, is := f.Type.(*ast.SelectorExpr); is && sel.Sel.Name == "Context" {
			if pkg, is := sel.X.(*ast.Ident); is && pkg.Name == "context" {
				t.Errorf("%s: %s stores a context: pass it, so that a reader sees what ends the work", s.at(f), spec.Name.Name)
			}
		}
	}
}

func TestNothingHappensAtImport(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || strings.HasPrefix(s.path, "examples/") {
			continue
		}
		for _, d := range s.tree.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s: init() runs for everybody who imports the package", s.at(d))
				}
				if strings.HasSuffix(d.Name.Name, "Locked") {
					t.Errorf("%s: %s hides who holds the lock in its name; let the holder of mu do the work", s.at(d), d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					s.tablesOnly(t, d)
				}
			}
		}
	}
}

// tablesOnly lets package variables be errors, compiled tables and embeds.
func (s source) tablesOnly(t *testing.T, d *ast.GenDecl) {
	if d.Doc != nil && strings.Contains(d.Doc.Text()+directives(d.Doc), "go:embed") {
		return
	}
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		if v.Names[0].Name == "_" || v.Doc != nil && strings.Contains(directives(v.Doc), "go:embed") {
			continue
		}
		for _, value := range v.Values {
			if !table(value) {
				t.Errorf("%s: package variable %s is no error, compiled table or embed", s.at(v), v.Names[0].Name)
			}
		}
		if len(v.Values) == 0 && !linked(v) {
			t.Errorf("%s: package variable %s has no value: state lives in values that somebody owns", s.at(v), v.Names[0].Name)
		}
	}
}

// linked is the version, which the linker sets.
func linked(v *ast.ValueSpec) bool { return v.Names[0].Name == "version" }

func directives(g *ast.CommentGroup) string {
	var b strings.Builder
	for _, c := range g.List {
		b.WriteString(c.Text)
	}
	return b.String()
}

// table says whether an initialiser is data: a literal, or a call that compiles one.
func table(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CompositeLit, *ast.BasicLit:
		return true
	case *ast.UnaryExpr:
		return table(e.X)
	case *ast.CallExpr:
		switch f := e.Fun.(type) {
		case *ast.SelectorExpr:
			return slices.Contains([]string{"New", "Errorf", "MustCompile", "NewReplacer", "Must", "MakeTable", "Concat"}, f.Sel.Name)
		case *ast.ArrayType:
			return true // []byte("…")
		}
	}
	return false
}

func TestPackagesSayWhatTheyAre(t *testing.T) {
	docs, folders := map[string]string{}, map[string]bool{}
	for _, s := range sources(t) {
		folder := filepath.Dir(s.path)
		if s.test || !strings.HasPrefix(s.path, "internal/") {
			continue
		}
		folders[folder] = true
		if filepath.Base(s.path) == "doc.go" && s.tree.Doc != nil {
			docs[folder] = s.tree.Doc.Text()
		}
	}
	for folder := range folders {
		doc := docs[folder]
		for _, word := range []string{"In:", "Out:", "Used by", "Concurrency:"} {
			if !strings.Contains(doc, word) {
				t.Errorf("%s/doc.go does not say %q: a reader learns from it what comes in, what goes out, who may import it, and what may run at once", folder, word)
			}
		}
		if strings.Count(doc, "\n") < 4 {
			t.Errorf("%s/doc.go has under four lines", folder)
		}
		if slices.Contains([]string{"util", "utils", "helper", "helpers", "common", "types", "misc"}, filepath.Base(folder)) {
			t.Errorf("%s is no noun of the glossary", folder)
		}
	}
}

func TestNoTestSleeps(t *testing.T) {
	for _, s := range sources(t) {
		if !s.test {
			continue
		}
		bubbles := usesSynctest(s.tree)
		ast.Inspect(s.tree, func(n ast.Node) bool {
			call, is := n.(*ast.SelectorExpr)
			if pkg, ident := selector(call, is); ident && pkg == "time" && call.Sel.Name == "Sleep" && !bubbles {
				t.Errorf("%s: time.Sleep in a test waits too long or not long enough; wait for what is meant, or use testing/synctest", s.at(call))
			}
			return true
		})
	}
}

func selector(call *ast.SelectorExpr, is bool) (string, bool) {
	if !is {
		return "", false
	}
	pkg, ident := call.X.(*ast.Ident)
	if !ident {
		return "", false
	}
	return pkg.Name, true
}

func usesSynctest(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"testing/synctest"` })
}
