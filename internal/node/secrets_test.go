package node

import (
	"slices"
	"testing"

	"github.com/banyan-run/banyan/internal/graph"
)

func TestSecretsAreThoseOfAllThatIsStarted(t *testing.T) {
	secret := func(value string) []graph.Variable {
		return []graph.Variable{{Name: "PLAIN", Value: "in the open"}, {Name: "API_TOKEN", Value: value}, {Name: "SHORT_SECRET", Value: "abc"}}
	}
	app := &graph.App{
		Services:  []*graph.Service{{Name: "orders", Env: secret("of-env"), Files: secret("of-files")}},
		Resources: []*graph.Resource{{Name: "kv", Exports: secret("of-exports")}},
		Tasks:     []*graph.Task{{Name: "seed", Env: secret("of-a-task")}},
	}
	if got, want := secretsOf(app), []string{"of-env", "of-files", "of-exports", "of-a-task"}; !slices.Equal(got, want) {
		t.Errorf("they are %q, want %q", got, want)
	}
}
