package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Options say what is imported.
type Options struct {
	// Folder is where the files are. Dockerfiles are read there too; nothing outside it is.
	Folder fs.FS
	// Files are paths within Folder, with slashes; all that Find knows when it is empty.
	Files []string
	// App names the application where the input does not, such as the folder's name; it may be any text.
	App string
}

// Result is what was made.
type Result struct {
	// Text is the banyan.yaml.
	Text []byte
	// Report says how it was made.
	Report Report
}

// Names that are looked for, in the order in which Compose prefers them (compose-spec, "The Compose file").
var composeNames = []string{"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}

var overrideNames = []string{"compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"}

const (
	procfileName = "Procfile"
	dotenvName   = ".env"
)

var errNothing = errors.New("there is no Compose file, no Procfile and no .env")

// Find lists what there is to import in a folder: the Compose file that docker compose would read, Procfile and .env.
func Find(folder fs.FS) ([]string, error) {
	var found []string
	for _, name := range composeNames {
		if exists(folder, name) {
			found = append(found, name)
			break
		}
	}
	for _, name := range []string{procfileName, dotenvName} {
		if exists(folder, name) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return nil, errNothing
	}
	return found, nil
}

func exists(folder fs.FS, name string) bool {
	info, err := fs.Stat(folder, name)
	return err == nil && !info.IsDir()
}

// Import reads the files and writes the application that they describe. When something in them is wrong, the list has every error
// with its line, and the result is empty.
func Import(o Options) (Result, diag.List) {
	files := slices.Clone(o.Files)
	if len(files) == 0 {
		found, err := Find(o.Folder)
		if err != nil {
			return Result{}, diag.List{diag.At(diag.Position{}, diag.FileUnreadable, "nothing to import: %s", err).
				WithHint("name the files: banyan import deploy/compose.yaml")}
		}
		files = found
	}
	d := newDraft(o.Folder)
	d.read(files)
	if d.found.Failed() {
		d.found.Sort()
		return Result{}, d.found
	}
	d.name(o.App)
	d.settle()
	text := d.write()
	return Result{Text: text, Report: d.finish()}, nil
}

// read takes .env first, since the Compose file is made of its variables.
func (d *draft) read(files []string) {
	slices.SortStableFunc(files, func(a, b string) int { return order(a) - order(b) })
	composed := ""
	for _, name := range files {
		f, ok := d.open(name)
		switch {
		case !ok:
			continue
		case order(name) == 0:
			d.dotenv(f)
		case order(name) == 2:
			d.procfile(f)
		case composed != "":
			d.add(diag.At(f.start(), diag.BadValue, "a second Compose file is not merged over %s", composed).
				WithHint("write both into one, as docker compose config prints it, and import that"))
			continue
		default:
			composed = name
			d.compose(f)
		}
		d.report.Read = append(d.report.Read, name)
	}
	d.overrides(files)
}

// order is 0 for variables, 1 for a Compose file, 2 for a Procfile.
func order(name string) int {
	base := path.Base(name)
	switch {
	case base == dotenvName || strings.HasPrefix(base, dotenvName+".") || strings.HasSuffix(base, dotenvName):
		return 0
	case strings.HasPrefix(base, procfileName):
		return 2
	}
	return 1
}

// overrides names the files that docker compose would have merged, or ignored.
func (d *draft) overrides(read []string) {
	for _, name := range slices.Concat(composeNames, overrideNames) {
		if slices.Contains(read, name) || !exists(d.folder, name) || !slices.ContainsFunc(read, func(n string) bool { return order(n) == 1 }) {
			continue
		}
		why := "docker compose does not read it either, beside the file that was read"
		if slices.Contains(overrideNames, name) {
			why = "what differs on one machine belongs into banyan.local.yaml, what differs in an environment under environments"
		}
		d.note(diag.Position{File: name}, Skipped, name, why)
	}
}

// maxErrors bounds the errors that are said at once: beyond it the file is of another kind.
const maxErrors = 100

func (d *draft) add(one diag.Diagnostic) {
	if len(d.found) < maxErrors {
		d.found.Add(one)
	}
}

// refuse is an error at a place, with the line.
func (d *draft) refuse(at diag.Position, code diag.Code, hint, format string, args ...any) {
	one := diag.At(at, code, format, args...)
	one.Hint = hint
	if f := d.files[at.File]; f != nil {
		one = f.illustrated(one)
	}
	d.add(one)
}

func because(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Sprint(at.Err)
	}
	return err.Error()
}
