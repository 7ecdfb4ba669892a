package node

import (
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/mesh"
)

// compilers are all consumers of the graph: what one of them refuses, banyan validate refuses.
var compilers = []func(*graph.App) diag.List{
	func(app *graph.App) diag.List { _, found := gateway.Compile(app); return found },
	func(app *graph.App) diag.List { _, found := mesh.Compile(app); return found },
}

// Check compiles the application for every consumer and returns what they found. It is pure.
func Check(app *graph.App) diag.List {
	var found diag.List
	for _, compile := range compilers {
		found = append(found, compile(app)...)
	}
	found.Sort()
	return found
}
