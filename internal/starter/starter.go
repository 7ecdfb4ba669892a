package starter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Options say what is begun.
type Options struct {
	// File is the absolute path of banyan.yaml; services lie beside it.
	File     string
	Template Template
	Names    Names
	// Schema is the JSON Schema of the file, for a new application.
	Schema []byte
	// Check returns what is wrong with a file, by its path; nothing that is wrong is left behind.
	Check func(file string) error
}

func (o Options) folder() string { return filepath.Dir(o.File) }

// Begun is what was done, with stable keys.
type Begun struct {
	Folder   string `json:"folder"`
	App      string `json:"app"`
	Service  string `json:"service"`
	Template string `json:"template"`
	// Files are new, Appended those that got more lines; paths are relative to Folder.
	Files    []string `json:"files"`
	Appended []string `json:"appended,omitempty"`
	// Line is where the service stands in a banyan.yaml that was there; Add is what to add to one that could not be changed.
	Line int    `json:"line,omitempty"`
	Add  string `json:"add,omitempty"`
	// whole says that it is a new application.
	whole bool
}

// Begin writes a new application, or nothing.
func Begin(o Options) (Begun, error) {
	files, err := App(o.Template, o.Names, o.Schema)
	if err != nil {
		return Begun{}, err
	}
	written, err := Write(o.folder(), files)
	if err != nil {
		return Begun{}, err
	}
	if err := o.Check(o.File); err != nil {
		return Begun{}, errors.Join(err, written.Undo())
	}
	b := o.begun(written)
	b.whole = true
	return b, nil
}

// Extend writes one more service and adds it to banyan.yaml, or does nothing. A file that cannot be added to stays, and Begun says what
// to add.
func Extend(o Options) (Begun, error) {
	text, err := os.ReadFile(o.File)
	if err != nil {
		return Begun{}, fmt.Errorf("reading %s: %w", filepath.Base(o.File), err)
	}
	files, err := Service(o.Template, o.Names)
	if err != nil {
		return Begun{}, err
	}
	if _, _, err := Insert(text, o.Template, o.Names.Service); err != nil && !errors.Is(err, ErrNoPlace) {
		return Begun{}, err // before anything is written
	}
	written, err := Write(o.folder(), files)
	if err != nil {
		return Begun{}, err
	}
	b := o.begun(written)
	for err = errMoved; errors.Is(err, errMoved); {
		b.Line, err = o.add()
	}
	if errors.Is(err, ErrNoPlace) {
		b.Add, err = "services:\n"+Entry(o.Template, o.Names.Service, 2), nil
	}
	if err != nil {
		return Begun{}, errors.Join(err, written.Undo())
	}
	return b, nil
}

// errMoved is of a banyan.yaml that somebody else wrote meanwhile.
var errMoved = errors.New("it was changed meanwhile")

// add adds the service to banyan.yaml, and returns its line.
func (o Options) add() (line int, err error) {
	text, err := os.ReadFile(o.File)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", filepath.Base(o.File), err)
	}
	changed, line, err := Insert(text, o.Template, o.Names.Service)
	if err != nil {
		return 0, err
	}
	return line, o.swap(text, changed)
}

func (o Options) begun(w *Written) Begun {
	return Begun{Folder: o.folder(), App: o.Names.App, Service: o.Names.Service, Template: o.Template.Name, Files: w.Files, Appended: w.Appended}
}

// swap replaces the text of banyan.yaml by another one that is checked before: an application that runs must never see one that is
// refused. Another text than that is left alone.
func (o Options) swap(before, text []byte) error {
	draft, err := os.CreateTemp(o.folder(), ".banyan-init-*.yaml")
	if err != nil {
		return fmt.Errorf("writing a draft: %w", err)
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(text)
	if err = errors.Join(err, draft.Close()); err != nil {
		return fmt.Errorf("writing a draft: %w", err)
	}
	if err := o.Check(draft.Name()); err != nil {
		return err
	}
	// What is checked takes a while, in which a person or another init may have written.
	if now, err := os.ReadFile(o.File); err != nil || !bytes.Equal(now, before) {
		return errors.Join(errMoved, err)
	}
	return Replace(o.File, text)
}

// Text says what was done and what comes next; short is a path as the person would type it, bold marks a heading.
func (b Begun) Text(short, bold func(string) string) string {
	var t strings.Builder
	fmt.Fprintf(&t, "wrote %d files\n", len(b.Files))
	for _, f := range b.Files {
		fmt.Fprintf(&t, "  %s\n", short(filepath.Join(b.Folder, filepath.FromSlash(f))))
	}
	for _, f := range b.Appended {
		fmt.Fprintf(&t, "  %s has a line more now\n", short(filepath.Join(b.Folder, f)))
	}
	if b.Line > 0 {
		fmt.Fprintf(&t, "  banyan.yaml:%d has %s now\n", b.Line, b.Service)
	}
	if b.Add != "" {
		fmt.Fprintf(&t, "\n%s\n%s", bold("banyan.yaml is written in a form that cannot be added to; write into it"), b.Add)
	}
	t.WriteByte('\n')
	if !b.whole {
		fmt.Fprintf(&t, "  banyan call %s GET /greetings/Ada    ask it, once it runs\n", b.Service)
		fmt.Fprintf(&t, "  a route, or calls: [%s] of another service, lets others reach it\n", b.Service)
		return t.String()
	}
	if rel := short(b.Folder); rel != "." {
		fmt.Fprintf(&t, "  cd %s\n", word(rel))
	}
	fmt.Fprintf(&t, "  banyan up                                             start it\n")
	fmt.Fprintf(&t, "  curl http://127.0.0.1:8080/greetings/Ada              ask it\n")
	fmt.Fprintf(&t, "  banyan init service orders --template %-6s          add a service\n", b.Template)
	return t.String()
}

// word is a path as a shell takes it: between quotes where it would read more than one word.
func word(path string) string {
	if strings.ContainsAny(path, " \t'\"$`\\&;|<>()*?[]#~!") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
