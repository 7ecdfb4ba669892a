package graph

import (
	"cmp"
	"slices"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
)

// Task is a one-off process with a service's environment.
type Task struct {
	Name string
	At   diag.Position
	Run  Command
	// Service is the one whose environment it has, empty for none; Dir the absolute folder in which it is started.
	Service Ref
	Dir     string
	// Env is in the order of the file, and goes before the service's.
	Env []Variable
	// Timeout bounds one run; 0 is no bound.
	Timeout time.Duration
	// After are the tasks that are run before it, Needs the services that must be ready.
	After, Needs []Ref
	Once         Once
}

// Ref names another noun. The zero Ref names none.
type Ref struct {
	Name string
	At   diag.Position
}

// Once says that a task is not run again as long as its command, its variables and these files are what they were.
type Once struct {
	On bool
	// Files are patterns relative to the task's dir.
	Files []string
	At    diag.Position
}

// Hooks are the tasks of a service: before it starts a release, and after that release is ready for the first time.
type Hooks struct{ Before, After []Ref }

// Task finds a task by name.
func (a *App) Task(name string) (*Task, bool) {
	i, found := slices.BinarySearchFunc(a.Tasks, name, func(t *Task, n string) int { return cmp.Compare(t.Name, n) })
	if !found {
		return nil, false
	}
	return a.Tasks[i], true
}

// Sequence is a task with all that are run before it, each once, in the order in which they are run. An application that spec read
// has no circle of them.
func (a *App) Sequence(name string) []*Task {
	var all []*Task
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		t, there := a.Task(name)
		if !there || seen[name] {
			return
		}
		seen[name] = true
		for _, before := range t.After {
			visit(before.Name)
		}
		all = append(all, t)
	}
	visit(name)
	return all
}

// Shape is the service that a task is started as: the environment of its own service, with what it sets itself put over that. It
// listens on nothing.
func (a *App) Shape(t *Task) *Service {
	shape := &Service{Name: t.Name, At: t.At}
	if s, there := a.Service(t.Service.Name); there {
		copied := *s
		shape = &copied
	}
	own := slices.DeleteFunc(slices.Clone(shape.Env), func(v Variable) bool {
		return slices.ContainsFunc(t.Env, func(over Variable) bool { return over.Name == v.Name })
	})
	shape.Env, shape.Dir, shape.Run = append(own, t.Env...), t.Dir, t.Run
	shape.Build, shape.Health = Command{}, Health{Kind: Unprobed, At: t.At}
	return shape
}

// Demands are what a task needs, and what it uses and calls with the environment of its service. What Banyan does not run is not among
// them. It waits for those that it needs and uses, and the others come after them, from the index on that is returned.
func (a *App) Demands(t *Task) (all []Ref, called int) {
	add := func(name string, at diag.Position) {
		if _, ours := a.Service(name); ours && !slices.ContainsFunc(all, func(r Ref) bool { return r.Name == name }) {
			all = append(all, Ref{name, at})
		}
	}
	for _, need := range t.Needs {
		add(need.Name, need.At)
	}
	shape := a.Shape(t)
	for _, use := range shape.Uses {
		add(use.Resource, use.At)
	}
	called = len(all)
	for _, call := range shape.Calls {
		add(call.To, call.At)
	}
	return all, called
}
