package spec

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/dotenv"
	"github.com/banyan-run/banyan/internal/graph"
)

// envName is what a file of variables is called, envLocal the one of this machine, which lies over it in the environment local alone.
const (
	envName  = ".env"
	envLocal = ".env.local"
)

var envFilesKey = key{
	name: "envFiles", shape: &paths, example: "[]",
	doc: "Files of variables, each over the one before it, relative to this file; .env and .env.local when it is not given, [] for none.",
}

// envFile is a file of variables that is to be read; named is where it is named, nowhere for one that is only looked for.
type envFile struct {
	path  string
	named origin
}

// envFiles are those that a noun names, else the usual ones of a folder.
func (s scope) envFiles(folder string) []envFile {
	if _, given := s.n.find("envFiles"); given {
		var all []envFile
		for _, one := range s.list("envFiles") {
			path := filepath.FromSlash(one.text)
			if !filepath.IsAbs(path) {
				path = filepath.Join(one.at.file.folder, path)
			}
			all = append(all, envFile{filepath.Clean(path), one.at})
		}
		return all
	}
	all := []envFile{{path: filepath.Join(folder, envName)}}
	if s.exprs.environment == defaultEnvironment {
		all = append(all, envFile{path: filepath.Join(folder, envLocal)})
	}
	return all
}

// variables reads a file of variables once. One that is only looked for may be missing, or be a folder. No line of it is ever shown: it may be a secret.
func (l *loader) variables(f envFile) []dotenv.Line {
	if lines, done := l.lines[f.path]; done {
		return lines
	}
	shown := l.name(f.path)
	text, err := read(f.path)
	l.files[f.path] = newFile(f.path, nil, shown)
	var lines []dotenv.Line
	switch {
	case f.named.file == nil && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || isFolder(f.path)):
		// Some keep Python's packages in a folder .env.
	case err != nil:
		d := diag.At(diag.Position{File: shown}, diag.FileUnreadable, "%s cannot be read: %s", shown, because(err)).
			WithHint("check the path, which is relative to the file that names it, and its permissions")
		if f.named.file != nil {
			d.At, d.Width = f.named.position(), f.named.width
		}
		l.found.Add(d)
	default:
		all, found := dotenv.Parse(shown, string(text))
		l.found = append(l.found, found...)
		for _, line := range all {
			if !line.Unset {
				lines = append(lines, line)
				continue
			}
			// Compose passes such a variable through, and many files have one: what services inherit anyway needs no line.
			d := diag.At(line.At, diag.BadValue, "the line has no equals sign, so it sets nothing").WithHint("write NAME=value, NAME= for an empty value, or remove the line")
			d.Severity = diag.Warning
			l.found.Add(d)
		}
	}
	l.lines[f.path] = lines
	return lines
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// layers are the variables of files, lowest first, upon those of others that lie below them. What a reference stands for is what the
// process has, else what stands above it.
func (r *reader) layers(below []graph.Variable, files []envFile) []graph.Variable {
	all := slices.Clone(below)
	find := func(name string) (string, bool) {
		if value, is := r.exprs.outer[name]; is {
			return value, true
		}
		for _, v := range slices.Backward(all) {
			if v.Name == name {
				return v.Value, true
			}
		}
		return "", false
	}
	for _, f := range files {
		for _, line := range r.variablesOf(f) {
			value, unknown := line.Expanded(find)
			if unknown != "" {
				r.once(diag.At(line.At, diag.BadValue, "%s names ${%s}, which nothing sets", line.Name, unknown).
					WithHint("set it above, write ${%s:-a default}, or put the value in single quotes if it is meant as it stands", unknown))
			}
			_, outside := r.exprs.outer[line.Name]
			all = append(all, graph.Variable{Name: line.Name, Value: value, At: line.At, Covered: outside})
		}
	}
	return all
}

// once reports what several services would.
func (r *reader) once(d diag.Diagnostic) {
	if !slices.ContainsFunc(*r.found, func(other diag.Diagnostic) bool { return other.At == d.At && other.Code == d.Code }) {
		r.found.Add(d)
	}
}

// share reads the files of the application: every service and every resource gets their variables, and ${env.NAME} sees them.
func (s scope) share() {
	s.sharedFiles = s.envFiles(s.root)
	s.shared = s.layers(nil, s.sharedFiles)
	for _, v := range s.shared {
		if !v.Covered {
			s.exprs.process[v.Name] = v.Value
		}
	}
}

// files are the variables of a service that stand in files, and the paths of all that were looked for.
func (s scope) files(service *graph.Service) {
	own := slices.DeleteFunc(s.envFiles(service.Dir), func(f envFile) bool {
		return slices.ContainsFunc(s.sharedFiles, func(shared envFile) bool { return shared.path == f.path })
	})
	service.Files = s.layers(s.shared, own)
	for _, f := range slices.Concat(s.sharedFiles, own) {
		service.EnvFiles = append(service.EnvFiles, f.path)
	}
}

// covered marks what the platform sets itself, and tells of it: a file that was there before Banyan often has a PORT.
func (r *reader) covered(s *graph.Service, makers map[string]string) {
	for i := range s.Files {
		v := &s.Files[i]
		by, taken := makers[v.Name]
		if !taken && strings.HasPrefix(v.Name, "BANYAN_") {
			by, taken = "the platform, which keeps all names that begin with BANYAN_", true
		}
		if !taken {
			continue
		}
		v.Covered = true
		d := diag.At(v.At, diag.VariableClash, "%s is not taken from here: %s.%s is given it by %s", v.Name, kindOf(s), s.Name, by).
			WithHint("remove the line, or leave it for what runs without Banyan")
		d.Severity = diag.Warning
		r.once(d)
	}
}

// reveal records the variables of files that services get, and those that env or another file replaced.
func (r *reader) reveal(app *graph.App) {
	past := map[string][]Past{}
	for _, s := range app.Services {
		for _, v := range s.Files {
			path := variablePath(s, v)
			past[path] = append(past[path], Past{v.Value, v.At.String()})
		}
	}
	for i, v := range r.values {
		if before := past[v.Path]; before != nil {
			r.values[i].Past = slices.Concat(before, v.Past)
		}
	}
	for _, s := range app.Services {
		for _, v := range s.Given()[len(s.Env):] {
			before := past[variablePath(s, v)]
			r.values = append(r.values, Value{Path: variablePath(s, v), Value: v.Value, Source: v.At.String(), Past: before[:len(before)-1]})
		}
	}
}

func variablePath(s *graph.Service, v graph.Variable) string {
	return kindOf(s) + "." + s.Name + ".env." + v.Name
}
