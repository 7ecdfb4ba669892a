package node

import (
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// shortestSecret is what redact takes.
const shortestSecret = 6

// secretsOf are the values of env of services and tasks, of files of variables and of what resources export whose names say that they
// are secrets: they are masked wherever text leaves the platform.
func secretsOf(apps ...*graph.App) []string {
	var all []string
	for _, app := range apps {
		for _, s := range app.Services {
			all = append(all, secretsIn(s.Env)...)
			all = append(all, secretsIn(s.Files)...)
		}
		for _, r := range app.Resources {
			all = append(all, secretsIn(r.Exports)...)
		}
		for _, t := range app.Tasks {
			all = append(all, secretsIn(t.Env)...)
		}
	}
	return all
}

func secretsIn(variables []graph.Variable) []string {
	var all []string
	for _, v := range variables {
		if len(v.Value) >= shortestSecret && redact.Variable(v.Name, v.Value) == redact.Mask {
			all = append(all, v.Value)
		}
	}
	return all
}
