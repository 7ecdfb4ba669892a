package graph

import (
	"cmp"
	"slices"

	"github.com/banyan-run/banyan/internal/diag"
)

// Names that no service may have: they are callers or parts of the platform.
const (
	Gateway  = "gateway"
	Operator = "operator"
	Platform = "platform"
	Banyan   = "banyan"
)

// Local is the environment that a laptop runs.
const Local = "local"

// App is one application: one banyan.yaml with what it includes, in one environment.
type App struct {
	Name string
	At   diag.Position
	// Environment is the overlay that was applied.
	Environment string
	// Root is the absolute folder of the file; File its absolute path.
	Root, File string
	Edge       Edge
	// Services, External, Resources and Tasks are sorted by name. Resources that Banyan runs are among the services too.
	Services  []*Service
	External  []*External
	Resources []*Resource
	Tasks     []*Task
	// Groups are sorted by name; none has the name of a service or an external.
	Groups    []*Group
	Telemetry Telemetry
	// Warnings were found on the way and refuse nothing.
	Warnings diag.List
}

// Service finds a service by name.
func (a *App) Service(name string) (*Service, bool) {
	i, found := slices.BinarySearchFunc(a.Services, name, func(s *Service, n string) int { return cmp.Compare(s.Name, n) })
	if !found {
		return nil, false
	}
	return a.Services[i], true
}

// ExternalService finds an external service by name.
func (a *App) ExternalService(name string) (*External, bool) {
	i, found := slices.BinarySearchFunc(a.External, name, func(e *External, n string) int { return cmp.Compare(e.Name, n) })
	if !found {
		return nil, false
	}
	return a.External[i], true
}

// Callees are the names of all that runs or is external, sorted. Those that cannot be called, workers and resources, are among them.
func (a *App) Callees() []string {
	var names []string
	for _, s := range a.Services {
		names = append(names, s.Name)
	}
	for _, e := range a.External {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

// Callers are the services that declare a call to name, or that use the resource of this name, sorted; the gateway comes first when a route leads there.
func (a *App) Callers(name string) []string {
	var names []string
	if slices.ContainsFunc(a.Edge.Routes, func(r *Route) bool { return r.LeadsTo(name) }) {
		names = append(names, Gateway)
	}
	for _, s := range a.Services {
		if s.Needs(name) {
			names = append(names, s.Name)
		}
	}
	return names
}
