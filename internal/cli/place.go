package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/node"
	"github.com/banyan-run/banyan/internal/project"
	"github.com/banyan-run/banyan/internal/spec"
)

// place is where an application is: its file, absolute, and which copy of it.
type place struct {
	project.Place
	file string
}

// located gives a command the flag that names the file.
func (s *shell) located(cmd *cobra.Command) {
	short := "f"
	if cmd.Flags().ShorthandLookup("f") != nil {
		short = "" // -f follows there, as everywhere else in the world
	}
	cmd.Flags().StringVarP(&s.file, "file", short, "", "the application's `banyan.yaml`; default: the nearest one upward")
	cmd.Flags().StringVar(&s.project, "project", "", "the `name` of a copy with state, ports and control socket of its own")
	_ = cmd.MarkFlagFilename("file", "yaml", "yml")
}

// overlaid gives a command that reads the file the flag that names the environment too.
func (s *shell) overlaid(cmd *cobra.Command) {
	s.located(cmd)
	cmd.Flags().StringVarP(&s.environment, "env", "e", graph.DefaultEnvironment, "the `environment` whose overlay applies")
}

// differs tells whether the flag names another environment than the one that runs, and which that is. What else is wrong shows at
// the question itself.
func (s *shell) differs(cmd *cobra.Command, client *api.Client) (runs string, differs bool) {
	if !cmd.Flags().Changed("env") {
		return "", false
	}
	app, err := client.App(cmd.Context())
	return app.Environment, err == nil && app.Environment != s.environment
}

// place finds the file, or what runs of one that is gone; it is not read.
func (s *shell) place() (place, error) {
	if s.project != "" && !project.Named(s.project) {
		return place{}, misuse(diag.At(diag.Position{}, diag.BadArgument, "%q cannot be the name of a project", s.project).
			WithHint("small letters, digits and dashes, a letter first, 40 at most: banyan up --project review"))
	}
	path := s.file
	if path == "" {
		found, err := spec.Find(s.Dir)
		if err != nil {
			return s.unfiled(filepath.Join(s.Dir, "banyan.yaml"), true, err)
		}
		path = found
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	at, err := os.Stat(path)
	if err == nil && at.IsDir() {
		path = filepath.Join(path, "banyan.yaml")
		_, err = os.Stat(path)
	}
	if err != nil {
		unreadable := diag.At(diag.Position{}, diag.FileUnreadable, "%s cannot be read: %s", s.short(path), because(err)).
			WithHint("--file names the application's banyan.yaml, or the folder that holds it")
		if !errors.Is(err, fs.ErrNotExist) {
			return place{}, unreadable
		}
		return s.unfiled(path, false, unreadable)
	}
	// The control socket is found by the folder's name, so every way to the folder must give the same one.
	if real, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(real, filepath.Base(path))
	}
	return place{project.Place{Root: filepath.Dir(path), Name: s.project}, path}, nil
}

// because is the last cause of an error of the system, without the path that was named already.
func because(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// short is a path as a person in this folder would type it.
func (s *shell) short(path string) string {
	if rel, err := filepath.Rel(s.Dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// load reads and compiles the file; its error is the list of what is wrong. Warnings are in the second value.
func (s *shell) load(at place) (*spec.Loaded, diag.List, error) {
	if _, err := os.Stat(at.file); errors.Is(err, fs.ErrNotExist) {
		return nil, nil, diag.At(diag.Position{}, diag.NoFile, "%s is gone, and an application of it runs", s.short(at.file)).
			WithHint("put it back, and its changes are taken over; banyan down%s ends what runs", s.fileFlag())
	}
	loaded, found := spec.Load(spec.Options{File: at.file, Environment: s.environment, Environ: s.Environ, State: at.State(), Apart: at.Name != ""})
	if loaded != nil && !found.Failed() {
		found = append(found, loaded.App.Warnings...)
		found = append(found, loaded.Illustrate(node.Check(loaded.App))...)
	}
	found.Sort()
	if err := found.Err(); err != nil {
		return nil, nil, err
	}
	return loaded, found, nil
}

// read is load of the nearest file, for commands that need no running application; warnings are shown.
func (s *shell) read() (*spec.Loaded, error) {
	at, err := s.place()
	if err != nil {
		return nil, err
	}
	loaded, warnings, err := s.load(at)
	if err != nil {
		return nil, err
	}
	if len(warnings) > 0 && !s.quiet {
		s.diagnostics(s.Err, warnings)
	}
	return loaded, nil
}

// client reaches the application of this folder; whether it runs shows at the first question.
func (s *shell) client() (*api.Client, error) {
	at, err := s.place()
	if err != nil {
		return nil, err
	}
	return at.client(), nil
}

// client outlasts the death of a control process.
func (p place) client() *api.Client { return api.Dial(p.Socket()).While(p.lives) }

// running says for an error of the client that nothing runs, in words for people.
func (s *shell) running(err error) error {
	at, _ := s.place() // it was found before, or there would be no client
	switch d := diag.At(diag.Position{}, diag.NotRunning, "nothing runs in %s", at.Root); {
	case errors.Is(err, api.ErrBroken):
		d.Message = api.ErrBroken.Error() + ": whether it was done is not known"
		return ended{exitFailed, d.WithHint("look with banyan status%s, then ask again", s.fileFlag())}
	case errors.Is(err, api.ErrOlder):
		d = diag.At(diag.Position{}, diag.Unsupported, "the application in %s is controlled by another version of banyan, which does not know this", at.Root)
		return ended{exitFailed, d.WithHint("banyan upgrade%s hands it over to this one, and nothing stops", s.fileFlag())}
	case !errors.Is(err, api.ErrNotRunning):
		return err
	case at.lives():
		d.Message = "no control process answers in " + at.Root + ", and its keeper lives"
		return ended{exitNotRunning, d.WithHint("%s tells why; banyan down%s ends it", s.short(at.log()), s.fileFlag())}
	default:
		return ended{exitNotRunning, d.WithHint("start it with banyan up%s", s.fileFlag())}
	}
}

// seen is running for what is kept of earlier runs, which the next one shows again.
func (s *shell) seen(err error) error {
	err = s.running(err)
	var e ended
	var d diag.Diagnostic
	at, _ := s.place()
	if !errors.As(err, &e) || !errors.As(err, &d) || d.Code != diag.NotRunning || !at.remembers() {
		return err
	}
	return ended{e.code, d.WithHint("%s; what was seen before is kept, and shown again then", d.Hint)}
}

// remembers tells whether something was seen here before.
func (p place) remembers() bool {
	_, err := os.Stat(p.State())
	return err == nil
}

// naming is fileFlag for another copy.
func (s *shell) naming(project string) string {
	other := shell{file: s.file, project: project}
	return other.fileFlag()
}

// fileFlag repeats in a command that is proposed what says which application it is about.
func (s *shell) fileFlag() string {
	flags := ""
	if s.file != "" {
		flags = " --file " + s.file
	}
	if s.project != "" {
		flags += " --project " + s.project
	}
	return flags
}
