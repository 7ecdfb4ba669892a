// Package banyan holds the tests that keep the house's rules; there is no code here.
package banyan

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/banyan-run/banyan"

// rows is the table of the design: imports run strictly downward. Within the first two rows they follow the order listed.
// dotenv stands in the first one since spec and importer, which share a row, both read such files; subset is a planner like rollout, and
// the loop, the control process and the commands must choose alike.
var rows = [][]string{
	{"trace", "unit", "diag", "redact", "snapshot", "signal", "problem", "journal", "lifecycle", "atomicfile", "dotenv"},
	{"contract", "expr", "exchange", "graph"},
	{"spec", "importer", "starter", "debugger", "keeper", "runner", "image", "bus", "registry", "proxy", "identity", "broker", "database", "saga",
		"config", "secret", "telemetry", "rollout", "autoscale", "advise", "layout", "terminal", "markdown", "export", "project", "migration", "subset"},
	{"layer", "supervise", "task", "check"},
	{"gateway", "mesh", "reconcile"},
	{"api", "dashboard", "doctor", "book", "manual"},
	{"node"},
	{"cli"},
}

// importers says who may import a library from outside, and so keeps each behind one door.
var importers = map[string][]string{
	"cel.dev/cel-go":         {"internal/expr"},
	"github.com/fsnotify":    {"internal/runner"},
	"github.com/spf13/cobra": {"internal/cli", "internal/manual"},
	"github.com/klauspost":   {"internal/telemetry/store"},
	"go.yaml.in/yaml":        {"internal/spec", "internal/importer", "internal/starter", "internal/contract", "examples"},
	"golang.org/x/net":       {"internal/proxy", "bench/engine"},
	"golang.org/x/sys":       {"internal"},
	"golang.org/x/term":      {"internal/terminal"},
	"github.com/rogpeppe":    {},
	"go.uber.org/goleak":     {},
	"net/http/httputil":      {"bench/engine"},
}

type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		switch err := decoder.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// place is a package's row and its place within it; -1 when it is not of internal.
func place(path string) (row, at int, noun string) {
	rest, internal := strings.CutPrefix(path, module+"/internal/")
	if !internal {
		return -1, 0, ""
	}
	noun, _, _ = strings.Cut(rest, "/")
	for r, nouns := range rows {
		if i := slices.Index(nouns, noun); i >= 0 {
			return r, i, rest
		}
	}
	return -1, 0, rest
}

func TestImportsRunDownward(t *testing.T) {
	for _, p := range packages(t) {
		row, at, noun := place(p.ImportPath)
		if row < 0 && noun != "" {
			t.Errorf("%s is in no row of the design's table: name its room there first", p.ImportPath)
		}
		for _, imported := range p.Imports {
			r, i, other := place(imported)
			if why := mayNot(row, at, noun, r, i, other); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
}

func mayNot(row, at int, noun string, r, i int, other string) string {
	switch {
	case r < 0 || noun == "":
		return "" // not ours, or the importer is main or an example
	case r > row:
		return "imports run downward, so that each row can be understood without those above it"
	case r < row:
		return ""
	case strings.HasPrefix(noun, other+"/"):
		return "" // a child imports its parent, which holds what the children share
	case strings.HasPrefix(other, noun+"/"):
		return "a parent never imports its children"
	case row < 2 && i < at:
		return ""
	}
	return "packages of one row do not know each other; node joins them through interfaces of the consumer"
}

func TestExamplesAndSDKStandAlone(t *testing.T) {
	for _, p := range packages(t) {
		rest := strings.TrimPrefix(p.ImportPath, module+"/")
		if !strings.HasPrefix(rest, "examples/") && !strings.HasPrefix(rest, "sdk/") {
			continue
		}
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, module+"/internal") {
				t.Errorf("%s imports %s: a service knows nothing of Banyan", rest, imported)
			}
		}
	}
}

func TestLibrariesStayBehindTheirDoor(t *testing.T) {
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for library, doors := range importers {
				if !strings.HasPrefix(imported, library) {
					continue
				}
				open := slices.ContainsFunc(doors, func(door string) bool { return strings.HasPrefix(p.ImportPath, module+"/"+door) })
				if !open {
					t.Errorf("%s imports %s, which only %v may: say why in docs/dependencies.md, or go through them", p.ImportPath, imported, doors)
				}
			}
		}
	}
}

// The first row needs nothing but the standard library, so that everything may stand on it.
func TestTheFirstRowIsStandardLibraryOnly(t *testing.T) {
	for _, p := range packages(t) {
		if row, _, _ := place(p.ImportPath); row != 0 {
			continue
		}
		for _, imported := range p.Imports {
			if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") && !strings.HasPrefix(imported, module) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}
