package reconcile

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/keeper"
	"github.com/banyan-run/banyan/internal/runner"
	"github.com/banyan-run/banyan/internal/supervise"
)

// look hashes what a service is built from and what was built. Without a build, the program that it runs counts as a source
// wherever it lies in dir, for somebody else builds it.
func (r *Reconciler) look(v version) (built, error) {
	s := v.service
	if s.Resource != nil && len(s.Build.Argv) == 0 {
		return built{}, nil // its folder is often the application's, whose sources are not its own
	}
	program, ignore := programOf(s), slices.Concat(s.Watch.Ignore, fileRules(v.app, s.Dir))
	if len(s.Build.Argv) == 0 {
		sources, err := r.means.Builder.SourceHash(s.Dir, program, ignore)
		return built{Sources: sources}, err
	}
	for _, p := range program {
		ignore = append(ignore, rule(s.Dir, p)...)
	}
	now := built{Command: command(s.Build.Argv)}
	var err error
	if now.Sources, err = r.means.Builder.SourceHash(s.Dir, nil, ignore); err != nil || len(program) == 0 {
		return now, err
	}
	now.Artifact, err = r.means.Builder.SourceHash(s.Dir, program, []string{"*"})
	return now, err
}

// hash is over all of it but the command, which is part of the specification.
func (b built) hash() string { return b.Sources + b.Artifact }

// programOf is the file that run starts when it lies below dir; what PATH finds is nobody's artifact.
func programOf(s *graph.Service) []string {
	if len(s.Run.Argv) == 0 || !strings.ContainsAny(s.Run.Argv[0], `/\`) {
		return nil
	}
	program := filepath.FromSlash(s.Run.Argv[0])
	if !filepath.IsAbs(program) {
		program = filepath.Join(s.Dir, program)
	}
	if rule(s.Dir, program) == nil {
		return nil
	}
	return []string{program}
}

// fileRules leave the application's own files out of the sources: what they say is compared value by value.
func fileRules(app *graph.App, dir string) []string {
	var rules []string
	for _, name := range append(appFiles(app), filepath.Join(app.Root, graph.StateFolder)) {
		rules = append(rules, rule(dir, name)...)
	}
	return rules
}

// appFiles are the files that the application was read from, as far as its nouns tell, absolute and sorted.
func appFiles(app *graph.App) []string {
	files := []string{app.File, filepath.Join(app.Root, "banyan.local.yaml"), app.At.File, app.Edge.At.File}
	for _, s := range app.Services {
		files = append(files, s.At.File)
		for _, v := range s.Env {
			files = append(files, v.At.File)
		}
		files = append(files, s.EnvFiles...)
	}
	for _, r := range app.Edge.Routes {
		files = append(files, r.At.File)
	}
	for _, e := range app.External {
		files = append(files, e.At.File)
	}
	for i, f := range files {
		if f != "" && !filepath.IsAbs(f) {
			files[i] = filepath.Join(app.Root, f)
		}
	}
	slices.Sort(files)
	return slices.DeleteFunc(slices.Compact(files), func(f string) bool { return f == "" })
}

// rule is the line of a .gitignore in dir that leaves out one file, none when it lies elsewhere.
func rule(dir, file string) []string {
	below, err := filepath.Rel(dir, file)
	if err != nil || below == "." || !filepath.IsLocal(below) {
		return nil
	}
	escaped := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, ` `, `\ `).Replace(filepath.ToSlash(below))
	return []string{"/" + path.Clean(escaped)}
}

// buildSpec: a build gets what banyan up was started with. It does not get env, which is for running: so a changed value
// of env needs no build. The mark lets the keeper find what a build leaves behind.
func (r *Reconciler) buildSpec(s *graph.Service) runner.BuildSpec {
	var environ []string
	for _, v := range r.means.Environ {
		if !strings.HasPrefix(v, "BANYAN_") {
			environ = append(environ, v)
		}
	}
	if r.means.Run != "" {
		environ = append(environ, keeper.Mark+"="+r.means.Run)
	}
	return runner.BuildSpec{Service: s.Name, Dir: s.Dir, Argv: s.Build.Argv, Env: environ}
}

func (r *Reconciler) output(service string) func(stream string, line []byte) {
	return func(stream string, line []byte) {
		if r.means.Output != nil {
			r.means.Output(service, stream, line)
		}
	}
}

// describe fills in what is known of a build that failed.
func describe(p *supervise.Problem, s *graph.Service, err error) {
	var failed *runner.BuildError
	var refusal diag.Diagnostic
	switch {
	case errors.As(err, &failed):
		p.Text = fmt.Sprintf("%s could not be built: %s ended with code %d", s.Name, command(failed.Argv), failed.Code)
		p.Lines, p.Exit = slices.Clone(failed.Lines), &supervise.Exit{Code: failed.Code, At: time.Now()}
	case errors.As(err, &refusal):
		p.Code, p.Text, p.Likely = refusal.Code, s.Name+" could not be built: "+refusal.Message, refusal.Hint
	}
}
