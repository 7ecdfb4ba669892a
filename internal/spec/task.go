package spec

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

var taskNoun = noun{
	name: "task", says: "a task", later: []string{"image", "schedule", "secrets"},
	foreign: map[string]string{
		"args": "run", "cmd": "run", "command": "run", "script": "run", "environment": "env", "cwd": "dir", "folder": "dir",
		"depends_on": "after", "deps": "after", "requires": "needs", "uses": "name the service that uses it: service: orders",
	},
	keys: []key{
		{name: "run", doc: "The command. No shell reads it.", shape: &commandLine, needed: true, example: "go run ./migrate"},
		{name: "service", doc: "The service whose environment it has: its variables, what it calls and what it uses.", shape: &word, example: "orders"},
		{name: "dir", doc: "The folder in which it is started, relative to this file; the service's when it is not given.", shape: &word, example: "\".\""},
		{name: "env", doc: "Variables over those of the service; ${env.NAME} takes one from the environment of banyan.", shape: &variables, example: "{VERBOSE: true}"},
		{name: "timeout", doc: "How long one run may take; as long as it likes when it is not given.", shape: &instant, example: "5m"},
		{name: "after", doc: "The tasks that are run before it.", shape: &words, example: "[generate]"},
		{name: "needs", doc: "The services that must be ready before it is run.", shape: &words, example: "[orders]"},
		{name: "once", doc: "true: not again while its command and variables are what they were; or the files that count too.", shape: &onces, standard: "false", example: "{files: [\"seed/**\"]}"},
	},
}

var onceNoun = noun{
	name: "once", says: "once",
	keys: []key{{name: "files", doc: "The files that count, as patterns relative to dir.", shape: &words, needed: true, example: "[\"seed/**\"]"}},
}

var hooksNoun = noun{
	name: "hooks", says: "hooks",
	foreign: map[string]string{"pre": "before", "start": "before", "post": "after", "ready": "after"},
	keys: []key{
		{name: "before", doc: "The tasks that are run before a release starts; one that fails keeps it from starting.", shape: &words, example: "[migrate]"},
		{name: "after", doc: "The tasks that are run once a release is ready.", shape: &words, example: "[seed]"},
	},
}

var (
	tasks = shape{says: "a map of tasks", names: &callable, value: &shape{says: "a map", noun: &taskNoun}}
	onces = shape{says: "true or false", forms: []form{flag}, parse: parseFlag, kind: "boolean", or: &shape{says: "a map", noun: &onceNoun}}
)

// task reads one task.
func (s scope) task(e entry, app *graph.App) *graph.Task {
	in := s.of(e, &taskNoun, "tasks."+e.key)
	t := &graph.Task{Name: e.key, At: e.at.position(), Dir: e.at.file.folder}
	if in.need("run") {
		t.Run = in.command("run")
	}
	if name, at := valueOf[string](in, "service"); name != "" {
		t.Service = graph.Ref{Name: name, At: at.position()}
		if service, there := plainService(app, name); there {
			t.Dir = service.Dir
		} else {
			in.noService(item{text: name, at: at}, "has the environment of", app)
		}
	}
	if _, given := in.n.find("dir"); given {
		t.Dir = in.dir(e.at.file.folder)
	}
	t.Env = in.env()
	t.Timeout = in.duration("timeout")
	t.After = in.refs("after")
	for _, one := range in.list("needs") {
		if _, there := plainService(app, one.text); !there {
			in.noService(one, "needs", app)
			continue
		}
		t.Needs = append(t.Needs, graph.Ref{Name: one.text, At: one.at.position()})
	}
	t.Once = in.once(t.Dir)
	return t
}

// plainService is a service of that name, resources left out.
func plainService(app *graph.App, name string) (*graph.Service, bool) {
	i := slices.IndexFunc(app.Services, func(s *graph.Service) bool { return s.Name == name && s.Resource == nil })
	if i < 0 {
		return nil, false
	}
	return app.Services[i], true
}

// noService reports that a task names no service.
func (s scope) noService(one item, does string, app *graph.App) {
	var names []string
	for _, service := range app.Services {
		if service.Resource == nil {
			names = append(names, service.Name)
		}
	}
	d := refuse(one.at, diag.UnknownService, "the task %s %s %q, which is no service", strings.TrimPrefix(s.path, "tasks."), does, one.text)
	if near := nearest(one.text, names); near != "" {
		s.add(d.WithHint("did you mean %q? (declared at %s)", near, s.declared[near].position()))
		return
	}
	s.add(d.WithHint("name one of services"))
}

func (s scope) once(dir string) graph.Once {
	o := graph.Once{At: s.at.position()}
	if in, long := s.table("once"); long {
		o.On, o.At = true, in.at.position()
		in.need("files")
		for _, p := range in.list("files") {
			if filepath.IsAbs(p.text) || strings.HasPrefix(filepath.ToSlash(filepath.Clean(p.text)), "../") {
				in.add(refuse(p.at, diag.BadValue, "%q lies outside the dir of the task", p.text).WithHint("write patterns below %s, or another dir", filepath.Base(dir)))
				continue
			}
			o.Files = append(o.Files, p.text)
		}
		return o
	}
	on, at := valueOf[bool](s, "once")
	o.On = on
	if on {
		o.At = at.position()
	}
	return o
}

// refs are names of tasks.
func (s scope) refs(key string) []graph.Ref {
	var all []graph.Ref
	for _, one := range s.list(key) {
		if _, there := s.chores[one.text]; !there {
			names := sortedKeys(s.chores)
			d := refuse(one.at, diag.UnknownService, "%s names %q, which is no task", s.sub(key), one.text)
			switch near := nearest(one.text, names); {
			case near != "":
				d = d.WithHint("did you mean %q? (declared at %s)", near, s.chores[near].position())
			case len(names) > 0:
				d = d.WithHint("declare it under tasks; there are %s", few(names))
			default:
				d = d.WithHint("declare it under tasks")
			}
			s.add(d)
			continue
		}
		all = append(all, graph.Ref{Name: one.text, At: one.at.position()})
	}
	return all
}

func (s scope) hooks() graph.Hooks {
	in, given := s.table("hooks")
	if !given {
		return graph.Hooks{}
	}
	return graph.Hooks{Before: in.refs("before"), After: in.refs("after")}
}

// circles refuses tasks that wait for themselves: after one another, or before a service that they need.
func (r *reader) circles(app *graph.App) {
	w := waiting{app: app, state: map[string]int{}}
	for _, t := range app.Tasks {
		w.task(t)
	}
	for _, s := range app.Services {
		w.service(s)
	}
	*r.found = append(*r.found, w.found...)
}

// waiting walks along who waits for whom. A service waits for its hooks before, a task for the tasks before it and for the services
// that it needs.
type waiting struct {
	app   *graph.App
	state map[string]int
	path  []string
	found diag.List
}

const (
	entered = 1
	left    = 2
)

func (w *waiting) task(t *graph.Task) {
	w.visit(t.Name, func() {
		for _, before := range t.After {
			if next, there := w.app.Task(before.Name); there && !w.circle(before) {
				w.task(next)
			}
		}
		for _, need := range t.Needs {
			if next, there := w.app.Service(need.Name); there && !w.circle(need) {
				w.service(next)
			}
		}
	})
}

func (w *waiting) service(s *graph.Service) {
	w.visit(s.Name, func() {
		for _, hook := range s.Hooks.Before {
			if next, there := w.app.Task(hook.Name); there && !w.circle(hook) {
				w.task(next)
			}
		}
	})
}

func (w *waiting) visit(name string, do func()) {
	if w.state[name] != 0 {
		return
	}
	w.state[name], w.path = entered, append(w.path, name)
	do()
	w.state[name], w.path = left, w.path[:len(w.path)-1]
}

// circle reports a step that leads back to where the walk is already.
func (w *waiting) circle(to graph.Ref) bool {
	if w.state[to.Name] != entered {
		return false
	}
	around := append(slices.Clone(w.path[slices.Index(w.path, to.Name):]), to.Name)
	w.found.Add(refuseAt(to.At, len(to.Name), diag.BadValue, "%s would wait for itself: %s", to.Name, strings.Join(around, " waits for ")).
		WithHint("remove one of these names; a task that needs the service itself belongs into hooks: {after: […]}"))
	return true
}
