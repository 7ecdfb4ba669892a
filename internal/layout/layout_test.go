package layout

import (
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/graph"
)

// calling is an application of services that call one another: "a>b" says that a calls b.
func calling(edges ...string) *graph.App {
	app := &graph.App{Name: "app"}
	service := func(name string) *graph.Service {
		if s, known := app.Service(name); known {
			return s
		}
		app.Services = append(app.Services, &graph.Service{Name: name})
		slices.SortFunc(app.Services, func(a, b *graph.Service) int { return strings.Compare(a.Name, b.Name) })
		s, _ := app.Service(name)
		return s
	}
	for _, edge := range edges {
		from, to, calls := strings.Cut(edge, ">")
		if service(from); calls {
			service(to)
			service(from).Calls = append(service(from).Calls, &graph.Call{To: to})
		}
	}
	return app
}

func TestEachServiceIsDrawnOnceWithItsCalls(t *testing.T) {
	rows := []struct {
		sentence string
		app      *graph.App
		want     string
	}{
		{"one that calls nobody", calling("a"), "a\n"},
		{"a chain", calling("a>b", "b>c"), "a\n└ b\n  └ c\n"},
		{"two callers of one: its calls are drawn once", calling("a>c", "b>c", "c>d"), "a\n└ c\n  └ d\nb\n└ c ↑\n"},
		{"a cycle that nobody calls begins with its first", calling("b>c", "c>b"), "b\n└ c\n  └ b ↑\n"},
		{"a cycle below a caller", calling("z>b", "b>c", "c>b"), "z\n└ b\n  └ c\n    └ b ↑\n"},
		{"one that calls itself", calling("a>a"), "a\n└ a ↑\n"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := drawn(Calls(row.app)); got != row.want {
				t.Fatalf("drawn\n%swant\n%s", got, row.want)
			}
		})
	}
}

func drawn(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Branch + l.Name)
		if l.Above {
			b.WriteString(" ↑")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestAroundAServiceAreItsCalleesAndItsCallers(t *testing.T) {
	app := calling("web>orders", "orders>bank")
	app.Edge.Routes = []*graph.Route{{Path: "/**", Targets: []graph.Target{{To: "web", Weight: 1}}}}
	down, up := Around(app, "orders")
	if got := drawn(down) + drawn(up); got != "orders\n└ bank\n└ web\n  └ gateway\n" {
		t.Fatalf("drawn\n%s", got)
	}
	if up[1].Says != "/**" {
		t.Fatalf("of the gateway it says %q", up[1].Says)
	}
}

func TestAFlowchartQuotesWhatMermaidWouldRead(t *testing.T) {
	app := calling("end>web-2")
	app.Services[0].Owner = `the "end" <team> #1`
	app.Edge.Routes = []*graph.Route{{Path: "/a/**", Targets: []graph.Target{{To: "end", Weight: 1}}}}
	const want = `flowchart LR
  s_gateway([gateway])
  s_end["end<br/>the #quot;end#quot; #lt;team#gt; #35;1"]
  s_web_2["web-2"]
  s_gateway -->|"/a/#42;#42;"| s_end
  s_end --> s_web_2
`
	if got := Flowchart(app); got != want {
		t.Fatalf("drawn\n%swant\n%s", got, want)
	}
}

func TestResourcesHangBelowThoseWhoUseThem(t *testing.T) {
	app := calling("a>b", "kv")
	kv := &graph.Resource{Name: "kv"}
	app.Resources = []*graph.Resource{kv, {Name: "warehouse", URL: "postgres://shop:secret@db.example/shop"}}
	for _, s := range app.Services {
		switch s.Name {
		case "b":
			s.Uses = []graph.Use{{Resource: "kv"}, {Resource: "warehouse"}}
		case "kv":
			s.Resource = kv
		}
	}
	if got, want := drawn(Calls(app)), "a\n└ b\n  ├ kv\n  └ warehouse\n"; got != want {
		t.Errorf("drawn\n%swant\n%s", got, want)
	}
	d := Of(app)
	if len(d.Uses) != 2 || !slices.ContainsFunc(d.Nodes, func(n Node) bool { return n.Name == "warehouse" && n.Kind == "resource" }) {
		t.Errorf("it is %+v", d)
	}
	chart := Flowchart(app)
	if !strings.Contains(chart, `s_kv[("kv")]`) || !strings.Contains(chart, "s_b -.-> s_kv") || strings.Contains(chart+Calls(app)[2].Says, "secret") {
		t.Errorf("the chart is\n%s", chart)
	}
}
