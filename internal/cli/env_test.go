package cli

import (
	"testing"

	"github.com/banyan-run/banyan/internal/api"
)

func TestAnEnvironmentShowsWhatWasDeclared(t *testing.T) {
	const outside = "environment of banyan up"
	declared := []api.Variable{
		{Name: "CATALOG_URL", Value: "http://127.0.0.1:1", Source: "declared call", Where: "banyan.yaml:9:3"},
		{Name: "PORT", Value: "4000", Source: "platform"},
	}
	home, path := api.Variable{Name: "HOME", Value: "/root", Source: outside}, api.Variable{Name: "PATH", Value: "/bin", Source: outside}
	rows := []struct {
		sentence   string
		inherited  []api.Variable
		all, quiet bool
		want       string
	}{
		{"what is inherited is counted", []api.Variable{home, path}, false, false,
			"variable     value               from\n" +
				"CATALOG_URL  http://127.0.0.1:1  declared call  banyan.yaml:9:3\n" +
				"PORT         4000                platform\n" +
				"and 2 from the environment of banyan up · --all lists them\n"},
		{"--all lists it last", []api.Variable{home, path}, true, false,
			"variable     value               from\n" +
				"CATALOG_URL  http://127.0.0.1:1  declared call  banyan.yaml:9:3\n" +
				"PORT         4000                platform\n" +
				"HOME         /root               inherited\n" +
				"PATH         /bin                inherited\n"},
		{"nothing is inherited", nil, false, false,
			"variable     value               from\n" +
				"CATALOG_URL  http://127.0.0.1:1  declared call  banyan.yaml:9:3\n" +
				"PORT         4000                platform\n"},
		{"-q leaves the count out", []api.Variable{home}, false, true,
			"variable     value               from\n" +
				"CATALOG_URL  http://127.0.0.1:1  declared call  banyan.yaml:9:3\n" +
				"PORT         4000                platform\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			s := &shell{quiet: row.quiet}
			text := rendered(s, func() { s.showEnvironment(append(append([]api.Variable{}, declared...), row.inherited...), row.all) })
			if text != row.want {
				t.Fatalf("written:\n%swant:\n%s", text, row.want)
			}
		})
	}
}
