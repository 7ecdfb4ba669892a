package node

import (
	"testing"

	"github.com/banyan-run/banyan/internal/graph"
)

func appOf(routesTo string, services ...string) *graph.App {
	app := &graph.App{Name: "x", Environment: graph.Local}
	app.Edge = graph.Edge{Listen: "127.0.0.1:0", Routes: []*graph.Route{{
		Name: "all", Path: "/**", Targets: []graph.Target{{To: routesTo, Weight: 1}},
	}}}
	for _, name := range services {
		app.Services = append(app.Services, &graph.Service{Name: name})
	}
	return app
}

// Each consumer of the graph fails to build in turn; what is live stays whole, and is the same as before.
func TestAVersionThatCannotBeBuiltChangesNothing(t *testing.T) {
	good, found := compile(appOf("a", "a"))
	if found.Failed() {
		t.Fatal(found)
	}
	other, found := compile(appOf("b", "b"))
	if found.Failed() {
		t.Fatal(found)
	}
	p := &plane{}
	first, err := good.build(nil, meshMeans(nil, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	p.now.Store(first)
	// The gateway of one application finds no way out through the mesh of another.
	if err := p.apply(&program{good.app, other.gateway, good.mesh}); err == nil {
		t.Fatal("it was built")
	}
	if p.now.Load() != first {
		t.Fatal("something was swapped")
	}
}
