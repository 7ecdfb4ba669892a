package doctor

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

type locator = func(dir string, argv []string, path string) (string, error)

// programs looks for what build and run start, the way Banyan starts it: no shell, the service's own PATH.
func programs(locate locator) Check {
	return Check{Name: "programs", Why: "a service whose program is missing can be neither built nor started", Look: func(_ context.Context, s Subject) []Result {
		if s.App == nil {
			return fine("there is no file that names one")
		}
		found := map[string]bool{}
		var missing lacks
		for _, u := range uses(s) {
			switch _, err := locate(u.service.Dir, u.argv, u.path); {
			case u.made: // a missing one is made first, and one that is there is made again
				found["what build makes"] = true
			case err != nil:
				missing.add(absent(err), u.service.Name)
			default:
				found[u.argv[0]] = true
			}
		}
		if len(missing) > 0 {
			return missing.results()
		}
		return fine("found %s", terms(found))
	}}
}

// lack is one thing that is missing, and whose services need it.
type lack struct {
	Result
	by []string
}

// lacks are in the order of the services.
type lacks []lack

func (l *lacks) add(r Result, service string) {
	i := slices.IndexFunc(*l, func(known lack) bool { return known.Result == r })
	if i < 0 {
		i, *l = len(*l), append(*l, lack{Result: r})
	}
	if !slices.Contains((*l)[i].by, service) {
		(*l)[i].by = append((*l)[i].by, service)
	}
}

func (l lacks) results() []Result {
	all := make([]Result, len(l))
	for i, one := range l {
		all[i] = one.Result
		all[i].Found = fmt.Sprintf("%s (%s)", one.Found, several(one.by))
	}
	return all
}

// use is one program that a service names.
type use struct {
	service *graph.Service
	argv    []string
	path    string
	// made tells that build comes first and may make it.
	made bool
}

func uses(s Subject) []use {
	var all []use
	for _, service := range servicesOf(s) {
		path := variable(s, service, "PATH")
		builds := len(service.Build.Argv) > 0
		if builds {
			all = append(all, use{service, service.Build.Argv, path, false})
		}
		if run := service.Run.Argv; len(run) > 0 {
			all = append(all, use{service, run, path, builds && strings.ContainsAny(run[0], `/\`)})
		}
	}
	return all
}

func servicesOf(s Subject) []*graph.Service {
	if s.App == nil {
		return nil
	}
	return s.App.Services
}

// variable is what a service would see: its own env wins over what it inherits.
func variable(s Subject, service *graph.Service, name string) string {
	for _, v := range service.Env {
		if v.Name == name {
			return v.Value
		}
	}
	return outside(s, name)
}

func outside(s Subject, name string) string {
	value := ""
	for _, v := range s.Environ {
		if is, has := strings.CutPrefix(v, name+"="); has {
			value = is // the last one wins, as in execve's callers
		}
	}
	return value
}

func absent(err error) Result {
	var d diag.Diagnostic
	if errors.As(err, &d) {
		return Result{Failed, d.Message, d.Hint}
	}
	return Result{Failed, err.Error(), "install it, or name it with its path"}
}

func terms(set map[string]bool) string {
	var all []string
	for name, is := range set {
		if is {
			all = append(all, filepath.Base(name))
		}
	}
	if len(all) == 0 {
		return "nothing is needed"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// several joins as many names as a person reads at once.
func several(names []string) string {
	if len(names) <= 4 {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
}
