package graph

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
)

// Resource is a database, cache or broker that services use. One that Banyan runs is among the services too, under its own name, so
// that it is built, kept and shown as they are; one with a URL is somebody else's.
type Resource struct {
	Name string
	At   diag.Position
	// URL is where somebody else runs it; empty for one that Banyan runs.
	URL string
	// Port is the one that the file fixes, 0 when Banyan chooses; Data the absolute folder in which it may keep what is to last.
	Port int
	Data string
	// Exports are the variables of those who use it, in the order of the file; values may hold PortMark.
	Exports []Variable
}

// PortMark stands in values of a resource for the port, which is known once it has its place on a machine.
const PortMark = "⟨port⟩"

// Ported puts a port in for the mark; port 0 leaves it.
func Ported(text string, port int) string {
	if port == 0 {
		return text
	}
	return strings.ReplaceAll(text, PortMark, strconv.Itoa(port))
}

// Runs tells whether Banyan runs it.
func (r *Resource) Runs() bool { return r.URL == "" }

// Variables are what a user gets of a resource that listens at a port; 0 is one that is not known.
func (r *Resource) Variables(port int) []Variable {
	all := slices.Clone(r.Exports)
	for i := range all {
		all[i].Value = Ported(all[i].Value, port)
	}
	return all
}

// Use says that a service uses a resource.
type Use struct {
	Resource string
	At       diag.Position
}

// Resource finds a resource by name.
func (a *App) Resource(name string) (*Resource, bool) {
	i, found := slices.BinarySearchFunc(a.Resources, name, func(r *Resource, n string) int { return cmp.Compare(r.Name, n) })
	if !found {
		return nil, false
	}
	return a.Resources[i], true
}

// Use finds the declared use of a resource.
func (s *Service) Use(resource string) (Use, bool) {
	i := slices.IndexFunc(s.Uses, func(u Use) bool { return u.Resource == resource })
	if i < 0 {
		return Use{}, false
	}
	return s.Uses[i], true
}

// Needs tells whether a service calls or uses what has a name: it ends before that does.
func (s *Service) Needs(name string) bool {
	_, called := s.Call(name)
	_, used := s.Use(name)
	return called || used
}

// StateFolder is what everything lies in that Banyan keeps for the application and its copies, below its root.
const StateFolder = ".banyan"

// DataFolder is where a resource keeps what is to last, in the state folder of a copy.
func DataFolder(state, resource string) string {
	return filepath.Join(state, "data", resource)
}
