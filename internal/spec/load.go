package spec

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/dotenv"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// Options say what is loaded.
type Options struct {
	// File is the path of banyan.yaml.
	File string
	// Environment is the overlay to apply; empty is local.
	Environment string
	// Environ is the process's environment, "K=V", for ${env.NAME}.
	Environ []string
	// State is the folder of what is kept of the copy that is meant; .banyan beside the file when it is empty.
	State string
	// Apart says that the copy runs beside others of the same file: its resources have ports of their own, whatever the file says.
	Apart bool
}

// Loaded is what a file describes. It is immutable.
type Loaded struct {
	// App may be used when the list beside it has no error; otherwise it holds what could be made.
	App *graph.App
	// Files are the absolute paths of all that was read or looked for, to be watched: banyan.local.yaml is among them before it exists.
	Files  []string
	values []Value
}

// Load reads a file with what it includes and overlays. All errors are returned at once, in the order of the files; Loaded is nil
// only when the file itself cannot be read.
func Load(o Options) (*Loaded, diag.List) {
	l := newLoader(o)
	tree := l.tree()
	var loaded *Loaded
	if tree != nil {
		r := &reader{
			variablesOf: l.variables, found: &l.found, exprs: l.exprs, root: l.root, state: cmp.Or(o.State, filepath.Join(l.root, graph.StateFolder)), apart: o.Apart,
			declared: map[string]origin{}, outside: map[string]bool{}, stored: map[string]origin{}, chores: map[string]origin{},
		}
		app := r.app(tree)
		for _, f := range r.contracts {
			l.files[f.path], l.byName[f.shown] = f, f
		}
		app.Environment, app.Root, app.File = l.environment, l.root, l.file
		loaded = &Loaded{App: app, Files: l.paths(), values: r.values}
		warnings := l.found[:0:0]
		for _, d := range l.found {
			if d.Severity == diag.Warning {
				warnings = append(warnings, l.shown(d))
			}
		}
		app.Warnings = warnings
	}
	return loaded, l.errors()
}

// loader reads the files of one application.
type loader struct {
	root, file, environment string
	found                   diag.List
	exprs                   *expressions
	// files are by absolute path, the missing included; byName by the path that people are shown.
	files, byName map[string]*file
	// stack holds the files that are being included, outermost first; size the values read so far.
	stack []string
	size  int
	// lines are those of files of variables that were read, by path.
	lines map[string][]dotenv.Line
	// slips counts the names in overlays that nothing has.
	slips int
	// secrets are masked in what is said; they are gathered when there is something to say.
	secrets *redact.Set
}

func newLoader(o Options) *loader {
	path, err := filepath.Abs(o.File)
	if err != nil {
		path = o.File
	}
	environment := cmp.Or(o.Environment, graph.DefaultEnvironment)
	return &loader{
		root: filepath.Dir(path), file: path, environment: environment, exprs: newExpressions(environment, o.Environ),
		files: map[string]*file{}, byName: map[string]*file{}, lines: map[string][]dotenv.Line{},
	}
}

func (l *loader) paths() []string { return slices.Sorted(maps.Keys(l.files)) }

// errors are the errors in order, each with its line.
func (l *loader) errors() diag.List {
	var all diag.List
	for _, d := range l.found {
		if d.Severity == diag.Error {
			all.Add(l.shown(d))
		}
	}
	all.Sort()
	return all
}

func (l *loader) shown(d diag.Diagnostic) diag.Diagnostic {
	if l.secrets == nil {
		l.secrets = l.exprs.secrets()
	}
	d.Message, d.Hint = sentence(l.secrets.Text(d.Message)), sentence(l.secrets.Text(d.Hint))
	if f := l.byName[d.At.File]; f != nil && d.At.Line > 0 {
		f.illustrate(&d)
	}
	return d
}

// sentence is a text that may repeat what stands in the file, in one line that a person reads.
func sentence(text string) string {
	const most = 400
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return printable(text)
}

// Illustrate gives the diagnostics of others, which know positions only, the lines that they stand at. It reads the files again.
func (l *Loaded) Illustrate(found diag.List) diag.List {
	all, files := slices.Clone(found), map[string]*file{}
	for i, d := range all {
		if d.Text != "" || d.At.Line == 0 {
			continue
		}
		f, known := files[d.At.File]
		if !known {
			path := filepath.Join(l.App.Root, filepath.FromSlash(d.At.File))
			if text, err := read(path); err == nil {
				f = newFile(path, text, d.At.File)
			}
			files[d.At.File] = f
		}
		if f != nil {
			f.illustrate(&all[i])
		}
	}
	return all
}
