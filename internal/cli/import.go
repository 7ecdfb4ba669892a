package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/atomicfile"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/importer"
	"github.com/banyan-run/banyan/internal/spec"
	"github.com/banyan-run/banyan/internal/terminal"
)

// importing is an import to be done: the folder, the files in it, and what may happen to a banyan.yaml that is there.
type importing struct {
	folder     string
	files      []string
	dry, force bool
}

// imported is the answer in JSON.
type imported struct {
	File    string `json:"file"`
	Written bool   `json:"written"`
	// Text is the file where it was not written.
	Text string `json:"text,omitempty"`
	importer.Report
}

func (s *shell) importCommand() *cobra.Command {
	var i importing
	cmd := &cobra.Command{
		Use: "import [file...]", Short: "Write a banyan.yaml from a Compose file, a Procfile and an .env",
		Long: "Read the Compose file, the Procfile and the .env of this folder, or those that are named, and write the banyan.yaml that a person\n" +
			"would have written, with comments where it guessed. Then say what was guessed, changed and skipped, each with its line and the\n" +
			"reason. Secrets are not copied: the file refers to them as ${env.NAME}. A banyan.yaml that is there stays, but for --force.",
		Example: "  banyan import\n  banyan import --dry-run\n  banyan import deploy/compose.yaml deploy/.env\n  banyan import -o json",
		RunE:    func(_ *cobra.Command, args []string) error { return s.importFiles(i, args) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
	}
	cmd.Flags().BoolVar(&i.dry, "dry-run", false, "print the file and write nothing; the report goes to standard error")
	cmd.Flags().BoolVar(&i.force, "force", false, "overwrite a banyan.yaml that is there")
	s.outputFlag(cmd)
	return cmd
}

func (s *shell) importFiles(i importing, args []string) error {
	if err := s.gather(&i, args); err != nil {
		return err
	}
	path := filepath.Join(i.folder, "banyan.yaml")
	if _, err := os.Lstat(path); err == nil && !i.dry && !i.force {
		return s.occupied(path)
	}
	result, found := importer.Import(importer.Options{Folder: os.DirFS(i.folder), Files: i.files, App: filepath.Base(i.folder)})
	if err := found.Err(); err != nil {
		return err
	}
	answer := imported{File: s.short(path), Written: !i.dry, Report: result.Report}
	if i.dry {
		answer.Text = string(result.Text)
	} else if err := s.writeNew(path, result.Text, i.force); err != nil {
		return err
	}
	if err := s.list(answer, func() { s.showImport(answer) }); err != nil || i.dry {
		return err
	}
	return s.reread(path, result.Report.Needs)
}

// gather finds the one folder in which the named files are: paths within them are relative to it, and banyan.yaml stands there.
func (s *shell) gather(i *importing, args []string) error {
	i.folder = s.Dir
	for at, name := range args {
		if !filepath.IsAbs(name) {
			name = filepath.Join(s.Dir, name)
		}
		if folder := filepath.Dir(name); at == 0 {
			i.folder = folder
		} else if folder != i.folder {
			return misuse(diag.At(diag.Position{}, diag.BadArgument, "%s and %s are in two folders", args[0], args[at]).
				WithHint("what is imported together stands in one folder, since paths are relative to it"))
		}
		i.files = append(i.files, filepath.Base(name))
	}
	return nil
}

func (s *shell) occupied(path string) error {
	return ended{exitFailed, diag.At(diag.Position{}, diag.BadArgument, "%s is there already", s.short(path)).
		WithHint("--dry-run prints what would be written, --force overwrites it")}
}

// writeNew creates the file whole or not at all. Without force it never replaces one, not even one that appeared meanwhile.
func (s *shell) writeNew(path string, text []byte, force bool) error {
	write := atomicfile.Create
	if force {
		write = atomicfile.Write
	}
	err := write(path, text, 0o644)
	switch {
	case err != nil && !force && errors.Is(err, fs.ErrExist):
		return s.occupied(path)
	case err != nil:
		return fmt.Errorf("importing: %w", err)
	}
	return nil
}

// reread checks what was written as up would, but for the variables that are still to be set.
func (s *shell) reread(path string, needs []importer.Need) error {
	environ := slices.Clone(s.Environ)
	for _, need := range needs {
		environ = append(environ, need.Name+"=later")
	}
	_, found := spec.Load(spec.Options{File: path, Environ: environ})
	return found.Err()
}

// showImport prints the file where it was not written, and the report beside it.
func (s *shell) showImport(a imported) {
	to, screen := s.Out, s.Screen
	if !a.Written {
		s.printf("%s", a.Text)
		to, screen = s.Err, s.ErrScreen
	}
	if s.quiet {
		return
	}
	if a.Written {
		fmt.Fprintf(to, "wrote %s from %s: %s\n", a.File, terminal.Join(", ", a.Read...), terminal.Join(", ",
			terminal.Plural(a.Services, "service"), plenty(a.External, "external service"), plenty(a.Routes, "route")))
	}
	for _, part := range []struct {
		sort importer.Sort
		head string
	}{
		{importer.Guessed, "guessed: look at these"},
		{importer.Changed, "changed: written in another form"},
		{importer.Skipped, "skipped: not in the file"},
	} {
		showNotes(to, screen, part.head, a.Of(part.sort))
	}
	if len(a.Needs) > 0 {
		fmt.Fprintf(to, "\n%s\n", screen.Paint(terminal.Bold, "to be set before banyan up: no value was copied"))
		t := terminal.Table{Indent: "  ", Columns: []terminal.Column{{}, {}}}
		for _, need := range a.Needs {
			t.Row(terminal.Plain(need.Name), terminal.Faint(need.At.String()))
		}
		fmt.Fprint(to, t.Render(screen))
	}
}

func plenty(n int, noun string) string {
	if n == 0 {
		return ""
	}
	return terminal.Plural(n, noun)
}

// showNotes says each reason once, with all that it holds for.
func showNotes(to io.Writer, screen terminal.Screen, head string, notes []importer.Note) {
	if len(notes) == 0 {
		return
	}
	fmt.Fprintf(to, "\n%s\n", screen.Paint(terminal.Bold, head))
	said := map[string]bool{}
	for _, first := range notes {
		if said[first.Why] {
			continue
		}
		said[first.Why] = true
		fmt.Fprintf(to, "  %s\n", first.Why)
		t := terminal.Table{Indent: "    ", Columns: []terminal.Column{{}, {}}}
		for _, n := range notes {
			if n.Why == first.Why {
				t.Row(terminal.Faint(n.At.String()), terminal.Faint(n.Key))
			}
		}
		fmt.Fprint(to, t.Render(screen))
	}
}
