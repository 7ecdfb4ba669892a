package reconcile

import (
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// compareTasks tells what a reload changes of tasks: nothing is run for it, but for hooks that failed.
func compareTasks(old, next *graph.App) []Change {
	var all []Change
	for _, t := range next.Tasks {
		before, there := old.Task(t.Name)
		if !there {
			all = append(all, Change{Swap, t.Name, "task added", t.At})
			continue
		}
		all = append(all, differences(t.Name, "", taskFacts(old, before), taskFacts(next, t), t.At)...)
	}
	for _, t := range old.Tasks {
		if _, there := next.Task(t.Name); !there {
			all = append(all, Change{Swap, t.Name, "task removed", diag.Position{}})
		}
	}
	return all
}

func taskFacts(app *graph.App, t *graph.Task) []fact {
	refs := func(all []graph.Ref) string {
		var names []string
		for _, r := range all {
			names = append(names, r.Name)
		}
		return strings.Join(names, ", ")
	}
	once := "off"
	if t.Once.On {
		once = "on"
	}
	all := []fact{
		{key: "run", value: command(t.Run.Argv), then: Swap},
		{key: "service", value: t.Service.Name, then: Swap},
		{key: "dir", value: relative(app.Root, t.Dir), then: Swap},
		{key: "timeout", value: exact(t.Timeout), then: Swap},
		{key: "after", value: refs(t.After), then: Swap},
		{key: "needs", value: refs(t.Needs), then: Swap},
		{key: "once", value: once, then: Swap},
		{key: "once.files", value: list(t.Once.Files), then: Swap},
	}
	for _, v := range t.Env {
		all = append(all, fact{key: "env." + v.Name, value: "=" + v.Value, shown: redact.Variable(v.Name, v.Value), then: Swap})
	}
	for i := range all {
		all[i].at = t.At
	}
	return finish(all, t.At)
}
