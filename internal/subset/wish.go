package subset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

// And is the wish for further services and groups as well. What is named is no longer left out; of a group that was, the others still are.
func (w Wish) And(app *graph.App, names ...string) Wish {
	next := Wish{Names: slices.Clone(w.Names)}
	if len(w.Names) > 0 {
		next.Names = unique(append(next.Names, names...))
	}
	wanted := map[string]bool{}
	for _, name := range names {
		wanted[name] = true
		for _, m := range app.Grouped(name) {
			wanted[m.Name] = true
		}
	}
	for _, left := range w.Except {
		members := app.Grouped(left)
		if !slices.ContainsFunc(members, func(m graph.Member) bool { return wanted[m.Name] }) {
			members = []graph.Member{{Name: left}}
		}
		for _, m := range members {
			if !wanted[m.Name] {
				next.Except = append(next.Except, m.Name)
			}
		}
	}
	next.Except = unique(next.Except)
	return next
}

// Services are those that names stand for, groups written out, in the order of the names and each once. The error is a diagnostic with the
// code NoSuchService.
func Services(app *graph.App, names []string) ([]string, error) {
	var all []string
	add := func(name string) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, name := range names {
		if _, ours := app.Service(name); ours {
			add(name)
			continue
		}
		if _, is := app.Group(name); !is {
			return nil, unknown(app, name)
		}
		for _, m := range app.Grouped(name) {
			add(m.Name)
		}
	}
	return all, nil
}

// Check refuses a wish that names what there is not, that wants and leaves out the same service, that leaves out what the rest waits for,
// or that leaves nothing to run. The error is a diagnostic.
func Check(app *graph.App, w Wish) error {
	if _, err := Services(app, w.Names); err != nil {
		return err
	}
	if _, err := Services(app, w.Except); err != nil {
		return err
	}
	left := excepted(app, w.Except)
	for _, name := range w.Names {
		if why, both := left[name]; both {
			return diag.At(diag.Position{}, diag.BadArgument, "%s is asked for, and left out by --except %s", name, why.By).
				WithHint("leave it out of one of them")
		}
	}
	set := Choose(app, w)
	for _, service := range app.Services {
		if lost := set.lost[service.Name]; len(lost) > 0 {
			return waits(service, lost[0], left[service.Name])
		}
	}
	if set.Size() == 0 && len(app.Services) > 0 {
		return diag.At(diag.Position{}, diag.BadArgument, "--except %s leaves no service to run", strings.Join(w.Except, " --except ")).
			WithHint("leave out fewer")
	}
	return nil
}

// waits says that a service is left out which another one cannot start without.
func waits(service *graph.Service, lost, left Reason) diag.Diagnostic {
	if lost.Kind == Needed {
		return diag.At(lost.At, diag.BadArgument, "the task %s needs %s, which is left out by --except %s", lost.By, service.Name, left.By).
			WithHint("leave out what runs the task as a hook too")
	}
	return diag.At(lost.At, diag.BadArgument, "%s uses %s, which is left out by --except %s, and does not start without it", lost.By, service.Name, left.By).
		WithHint("leave out %s too, or write where another %s runs in banyan.local.yaml: resources: {%[2]s: {url: …}}", lost.By, service.Name)
}

// Startable are the names that a wish may have: services with resources, then groups.
func Startable(app *graph.App) []string {
	var all []string
	for _, s := range app.Services {
		all = append(all, s.Name)
	}
	for _, g := range app.Groups {
		all = append(all, g.Name)
	}
	return all
}

func unknown(app *graph.App, name string) error {
	if e, outside := app.ExternalService(name); outside {
		return diag.At(diag.Position{}, diag.NoSuchService, "%q is external: Banyan does not run it", name).
			WithHint("it is declared at %s; what calls it finds it there", e.At)
	}
	d := diag.At(diag.Position{}, diag.NoSuchService, "there is no service and no group %q", name)
	all := Startable(app)
	if near := diag.Nearest(name, all); near != "" {
		return d.WithHint("did you mean %q?", near)
	}
	const most = 8
	if len(all) > most {
		return d.WithHint("there are %s and %d more", strings.Join(all[:most], ", "), len(all)-most)
	}
	return d.WithHint("there are %s", strings.Join(all, ", "))
}

// String is the wish as arguments of banyan up.
func (w Wish) String() string {
	words := slices.Clone(w.Names)
	for _, name := range w.Except {
		words = append(words, fmt.Sprintf("--except %s", name))
	}
	return strings.Join(words, " ")
}
