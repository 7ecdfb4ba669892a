package starter

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// The suffix keeps go build from compiling the Go template into this module, and test runners from finding tests in it.
//
//go:embed all:template
var templates embed.FS

const suffix = ".tmpl"

// Template is one language that a service can begin in.
type Template struct {
	// Name is what --template takes; Language is it in words.
	Name, Language string
	// Tool is the program that runs it, as it is looked for in PATH; Test is how its own tests are run.
	Tool string
	Test []string
	// keys are those of the service in banyan.yaml, below dir.
	keys []string
}

// catalogue is in the order in which templates are proposed.
var catalogue = []Template{
	{"go", "Go", "go", []string{"go", "test", "./..."}, []string{"build: go build -o bin/{{name}} .", "run: bin/{{name}}"}},
	{"node", "Node.js", "node", []string{"node", "--test"}, []string{"run: node server.js"}},
	{"python", "Python", "python3", []string{"python3", "-m", "unittest"}, []string{"run: python3 -u server.py"}},
}

// Templates are the languages that a service can begin in, in the order in which they are proposed.
func Templates() []Template { return slices.Clone(catalogue) }

// File is one file to be written; Path has slashes and is relative to the application's folder.
type File struct {
	Path string
	Text []byte
}

// Names are what the templates speak of.
type Names struct{ App, Service string }

// App are the files of a new application with one service. schema is the JSON Schema of banyan.yaml.
func App(t Template, n Names, schema []byte) ([]File, error) {
	files, err := n.folder("app", "", "{{service}}\n", Entry(t, n.Service, 2))
	if err != nil {
		return nil, err
	}
	service, err := Service(t, n)
	if err != nil {
		return nil, err
	}
	return slices.Concat(files, []File{{"banyan.schema.json", schema}}, service), nil
}

// Service are the files of one service, in a folder of its name.
func Service(t Template, n Names) ([]File, error) {
	shared, err := n.folder("any", n.Service)
	if err != nil {
		return nil, err
	}
	own, err := n.folder(t.Name, n.Service)
	if err != nil {
		return nil, err
	}
	return slices.Concat(own, shared), nil
}

// Entry is the service's place in banyan.yaml, with its name at a column and a step of the same width below it.
func Entry(t Template, name string, indent int) string {
	at, below := strings.Repeat(" ", indent), strings.Repeat(" ", 2*indent)
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s:\n", at, name)
	for _, key := range slices.Concat([]string{"dir: ./{{name}}"}, t.keys, []string{"contract: ./{{name}}/openapi.yaml", "health: /healthz", "watch: true"}) {
		fmt.Fprintf(&b, "%s%s\n", below, strings.ReplaceAll(key, "{{name}}", name))
	}
	return b.String()
}

// folder is a folder of templates, with the names in their places.
func (n Names) folder(from, to string, more ...string) ([]File, error) {
	replacer := strings.NewReplacer(append(more, "{{name}}", n.Service, "{{app}}", n.App)...)
	var files []File
	err := fs.WalkDir(templates, path.Join("template", from), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(templates, name)
		if err != nil {
			return err
		}
		rest := strings.TrimSuffix(strings.TrimPrefix(name, path.Join("template", from)+"/"), suffix)
		if rest == "gitignore" {
			rest = ".gitignore" // a file of this name here would hide templates from git
		}
		files = append(files, File{path.Join(to, rest), bytes.Clone([]byte(replacer.Replace(string(text))))})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the templates: %w", err)
	}
	return files, nil
}

// Choose is the template of a name, or why there is none.
func Choose(name string) (Template, error) {
	for _, t := range catalogue {
		if t.Name == name {
			return t, nil
		}
	}
	d := diag.At(diag.Position{}, diag.BadArgument, "there is no template %q", name).WithHint("there are %s", strings.Join(AllNames(), ", "))
	if near := diag.Nearest(name, AllNames()); near != "" {
		d = d.WithHint("did you mean %q?", near)
	}
	return Template{}, d
}

// AllNames are what --template takes.
func AllNames() []string {
	var names []string
	for _, t := range catalogue {
		names = append(names, t.Name)
	}
	return names
}

// Installed is the name of the first template whose language is on this machine, or the first of all.
func Installed() string {
	for _, t := range catalogue {
		if _, err := exec.LookPath(t.Tool); err == nil {
			return t.Name
		}
	}
	return catalogue[0].Name
}
