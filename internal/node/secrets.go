package node

import (
	"slices"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/redact"
)

// shortestSecret is what redact takes.
const shortestSecret = 6

// secretsOf are the values of env whose names say that they are secrets: they are masked wherever text leaves the platform.
func secretsOf(apps ...*graph.App) []string {
	var all []string
	for _, app := range apps {
		for _, s := range app.Services {
			for _, v := range slices.Concat(s.Env, s.Files) {
				if len(v.Value) >= shortestSecret && redact.Variable(v.Name, v.Value) == redact.Mask {
					all = append(all, v.Value)
				}
			}
		}
	}
	return all
}
