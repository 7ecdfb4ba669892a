package reconcile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// TestLook reads real files: what counts as a source, and what as the artifact.
func TestLook(t *testing.T) {
	compiled := graph.Service{Name: "a", Run: graph.Command{Argv: []string{"./bin/a"}}, Build: graph.Command{Argv: []string{"make"}}}
	script := graph.Service{Name: "a", Run: graph.Command{Argv: []string{"./a.sh"}}}
	byPath := graph.Service{Name: "a", Run: graph.Command{Argv: []string{"node", "a.js"}}}
	for _, row := range []struct {
		says              string
		service           graph.Service
		file              string
		sources, artifact bool
	}{
		{"a source", compiled, "main.go", true, false},
		{"what the build makes is no source of it", compiled, "bin/a", false, true},
		{"what the application is read from is none", compiled, "banyan.yaml", false, false},
		{"nor is a person's own overlay", compiled, "banyan.local.yaml", false, false},
		{"nor what an include names", compiled, "more/included.yaml", false, false},
		{"nor what banyan keeps", compiled, ".banyan/x", false, false},
		{"nor what git ignores", compiled, "tmp/x", false, false},
		{"without a build the program counts, ignored or not", script, "a.sh", true, false},
		{"what PATH finds is nobody's artifact", byPath, "a.js", true, false},
	} {
		t.Run(row.says, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				path := filepath.Join(dir, filepath.FromSlash(name))
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			write(".gitignore", "tmp/\na.sh\n")
			write("main.go", "package main")
			write("bin/a", "binary")
			app := &graph.App{Root: dir, File: filepath.Join(dir, "banyan.yaml"), External: []*graph.External{
				{Name: "x", At: diag.Position{File: filepath.FromSlash("more/included.yaml"), Line: 1}},
			}}
			s := row.service
			s.Dir = dir
			r := &Reconciler{means: Means{Builder: NewBuilder("")}}
			before, err := r.look(version{app: app, service: &s})
			if err != nil {
				t.Fatal(err)
			}
			write(row.file, "changed")
			after, err := r.look(version{app: app, service: &s})
			if err != nil {
				t.Fatal(err)
			}
			if (before.Sources != after.Sources) != row.sources || (before.Artifact != after.Artifact) != row.artifact {
				t.Errorf("%s changed: %+v became %+v", row.file, before, after)
			}
		})
	}
}

func TestBuildSpec(t *testing.T) {
	r := &Reconciler{means: Means{Run: "r1", Environ: []string{"PATH=/bin", "BANYAN_RUN=outer", "HOME=/h"}}}
	s := &graph.Service{Name: "a", Dir: "/d", Build: graph.Command{Argv: []string{"make"}}, Env: []graph.Variable{{Name: "X", Value: "1"}}}
	if got := r.buildSpec(s); !slices.Equal(got.Env, []string{"PATH=/bin", "HOME=/h", "BANYAN_RUN=r1"}) || got.Dir != "/d" {
		t.Errorf("it is %+v", got)
	}
}

func TestWhyABuildFailed(t *testing.T) {
	s := &graph.Service{Name: "a"}
	for _, row := range []struct {
		says string
		err  error
		want supervise.Problem
	}{
		{"it ended with a code", &runner.BuildError{Argv: []string{"go", "build"}, Code: 2, Lines: []string{"x"}},
			supervise.Problem{Code: diag.BuildFailed, Text: "a could not be built: go build ended with code 2", Lines: []string{"x"}}},
		{"its program is missing", diag.At(diag.Position{}, diag.ProgramMissing, "make is not installed").WithHint("install it"),
			supervise.Problem{Code: diag.ProgramMissing, Text: "a could not be built: make is not installed", Likely: "install it"}},
		{"anything else", io.ErrUnexpectedEOF, supervise.Problem{Code: diag.BuildFailed, Text: "a could not be built: unexpected EOF"}},
	} {
		t.Run(row.says, func(t *testing.T) {
			l := &loop{Reconciler: &Reconciler{}}
			got := l.problem(s, row.err)
			if got.Code != row.want.Code || got.Text != row.want.Text || got.Likely != row.want.Likely || !slices.Equal(got.Lines, row.want.Lines) {
				t.Errorf("it is %+v", got)
			}
		})
	}
}
