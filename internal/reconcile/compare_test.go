package reconcile

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/subset"
)

// before is what the rows of TestCompare change.
func before() *graph.App {
	app := appOf("catalog", "orders>catalog")
	s, _ := app.Service("orders")
	s.Build = graph.Command{Argv: []string{"go", "build", "-o", "bin/orders"}, At: at(24)}
	s.Env = []graph.Variable{
		{Name: "CURRENCY", Value: "EUR", At: at(29)}, {Name: "API_KEY", Value: "abcdefgh", At: at(30)},
		{Name: "DB", Value: "postgres://u:secret1@h/d", At: at(31)},
	}
	app.External = []*graph.External{{Name: "pay", URL: "https://pay.example", At: at(60)}}
	app.Edge = graph.Edge{Listen: "127.0.0.1:8080", ListenAt: at(3), At: at(2), Timeout: 30 * time.Second, Routes: []*graph.Route{
		{Name: "orders", At: at(5), Path: "/api/**", PathAt: at(5), Targets: []graph.Target{{To: "orders", Weight: 1}}, Timeout: 20 * time.Second},
	}}
	kept := graph.Keep{For: 24 * time.Hour, Size: 64 << 20, At: at(71)}
	app.Telemetry = graph.Telemetry{At: at(70), Memory: 128 << 20, MemoryAt: at(70), Spans: kept, Lines: kept, Metrics: kept}
	return app
}

// comparison is a row: what is changed, and what is told of it as `action subject text line`.
type comparison struct {
	says   string
	change func(*graph.App) *graph.App
	want   []string
}

// ofServices are changes of what runs.
func ofServices() []comparison {
	orders := func(change func(*graph.Service)) func(*graph.App) *graph.App {
		return func(app *graph.App) *graph.App { return edited(app, "orders", change) }
	}
	call := func(change func(*graph.Call)) func(*graph.App) *graph.App {
		return orders(func(s *graph.Service) {
			c := *s.Calls[0]
			change(&c)
			s.Calls[0] = &c
		})
	}
	return []comparison{
		{"nothing changes", func(a *graph.App) *graph.App { return a }, nil},
		{"a place alone is no change", orders(func(s *graph.Service) { s.At, s.Env[0].At = at(77), at(78) }), nil},
		{"the order of env is none", orders(func(s *graph.Service) { s.Env[0], s.Env[1] = s.Env[1], s.Env[0] }), nil},
		{"a value of env", orders(func(s *graph.Service) { s.Env[0].Value = "USD" }), []string{"restart orders env.CURRENCY EUR → USD 29"}},
		{"a new variable", orders(func(s *graph.Service) { s.Env = append(s.Env, graph.Variable{Name: "X", Value: "1", At: at(32)}) }),
			[]string{"restart orders env.X added: 1 32"}},
		{"a variable that is gone", orders(func(s *graph.Service) { s.Env = s.Env[1:] }), []string{"restart orders env.CURRENCY removed 20"}},
		{"a value that becomes empty", orders(func(s *graph.Service) { s.Env[0].Value = "" }), []string{"restart orders env.CURRENCY EUR removed 29"}},
		{"a secret is not shown", orders(func(s *graph.Service) { s.Env[1].Value = "ijklmnop" }),
			[]string{"restart orders env.API_KEY changed, the secret in it is not shown 30"}},
		{"nor is a password", orders(func(s *graph.Service) { s.Env[2].Value = "postgres://u:secret2@h/d" }),
			[]string{"restart orders env.DB changed, the secret in it is not shown 31"}},
		{"a secret that is added", orders(func(s *graph.Service) {
			s.Env = append(s.Env, graph.Variable{Name: "TOKEN", Value: "qqqqqqq", At: at(33)})
		}),
			[]string{"restart orders env.TOKEN added: •••••• 33"}},
		{"the command", orders(func(s *graph.Service) { s.Run.Argv = []string{"serve", "a b"} }), []string{`restart orders run serve orders → serve "a b" 21`}},
		{"the build", orders(func(s *graph.Service) { s.Build.Argv = []string{"make"} }), []string{"rebuild orders build go build -o bin/orders → make 24"}},
		{"no build any more", orders(func(s *graph.Service) { s.Build = graph.Command{} }), []string{"restart orders build go build -o bin/orders removed 20"}},
		{"the folder of a service that is built", orders(func(s *graph.Service) { s.Dir = "/shop/x" }), []string{"rebuild orders dir orders → x 20"}},
		{"health", orders(func(s *graph.Service) { s.Health.Kind, s.Health.Path, s.Health.At = graph.ByHTTP, "/healthz", at(25) }),
			[]string{"restart orders health port → GET /healthz 25"}},
		{"its protocol", orders(func(s *graph.Service) { s.Protocol = graph.H2C }), []string{"restart orders expose auto → h2c 20"}},
		{"that of a callee to tcp: its port is another one", func(a *graph.App) *graph.App {
			return edited(a, "catalog", func(s *graph.Service) { s.Protocol = graph.TCP })
		}, []string{"restart catalog expose auto → tcp 10", "restart orders calls.catalog.port http → tcp 22"}},
		{"replicas", orders(func(s *graph.Service) { s.Replicas = graph.Replicas{Count: 3, At: at(26)} }), []string{"scale orders replicas 1 → 3 26"}},
		{"the owner", orders(func(s *graph.Service) { s.Owner = "team" }), []string{"swap orders owner set to team 20"}},
		{"a grace that rounds to the same", orders(func(s *graph.Service) { s.Grace = 10*time.Second + time.Nanosecond }), []string{"swap orders grace 10s → 10.000000001s 20"}},
		{"grace", orders(func(s *graph.Service) { s.Grace = time.Second }), []string{"swap orders grace 10s → 1s 20"}},
		{"watching", orders(func(s *graph.Service) { s.Watch.On = true }), []string{"swap orders watch off → on 20"}},
		{"a call's timeout", call(func(c *graph.Call) { c.Timeout = 2 * time.Second }), []string{"swap orders calls.catalog.timeout 15s → 2s 22"}},
		{"a call's retries", call(func(c *graph.Call) { c.Retry = graph.Retry{Attempts: 3, On: []string{"connect", "503"}, At: at(28)} }),
			[]string{"swap orders calls.catalog.retry.attempts 2 → 3 28", "swap orders calls.catalog.retry.on set to [connect 503] 28"}},
		{"what may be called", call(func(c *graph.Call) { c.Allow = []graph.Allow{{Method: "GET", Path: "/x"}} }),
			[]string{`swap orders calls.catalog.allow set to ["GET /x"] 22`}},
		{"a call that is gone", orders(func(s *graph.Service) { s.Calls = nil }), []string{"restart orders calls.catalog removed 20"}},
		{"a call that is new", orders(func(s *graph.Service) {
			s.Calls = append(s.Calls, &graph.Call{To: "pay", At: at(27), Timeout: time.Second})
		}), []string{"restart orders calls.pay added 27"}},
		{"a service that is gone", func(a *graph.App) *graph.App { return without(a, "catalog") },
			[]string{"restart orders calls.catalog removed 20", "stop catalog it is not in the file any more 0"}},
	}
}

// ofEdges are changes of the gateway and of what is outside.
func ofEdges() []comparison {
	route := func(change func(*graph.Route)) func(*graph.App) *graph.App {
		return func(app *graph.App) *graph.App {
			next, r := *app, *app.Edge.Routes[0]
			change(&r)
			next.Edge.Routes = []*graph.Route{&r}
			return &next
		}
	}
	return []comparison{
		{"an external service's address", func(a *graph.App) *graph.App {
			next, pay := *a, *a.External[0]
			pay.URL = "https://pay2.example"
			next.External = []*graph.External{&pay}
			return &next
		}, []string{"swap pay url https://pay.example → https://pay2.example 60"}},
		{"an external service that is gone", func(a *graph.App) *graph.App {
			next := *a
			next.External = nil
			return &next
		}, []string{"swap pay external service removed 0"}},
		{"a route's timeout", route(func(r *graph.Route) { r.Timeout = 50 * time.Second }), []string{"swap gateway route orders: timeout 20s → 50s 5"}},
		{"a route's targets", route(func(r *graph.Route) {
			r.Targets = []graph.Target{{To: "orders", Weight: 9}, {To: "catalog", Weight: 1}}
		}),
			[]string{"swap gateway route orders: to orders → catalog 1, orders 9 5"}},
		{"another route", route(func(r *graph.Route) { r.Name = "all" }),
			[]string{"swap gateway route all added: /api/** → orders 5", "swap gateway route orders removed 0"}},
		{"where the gateway listens", func(a *graph.App) *graph.App {
			next := *a
			next.Edge.Listen = "127.0.0.1:9090"
			return &next
		}, []string{"swap gateway listen 127.0.0.1:8080 → 127.0.0.1:9090 3"}},
		{"how much is kept", func(a *graph.App) *graph.App {
			next := *a
			next.Telemetry.Memory, next.Telemetry.Spans = 256<<20, graph.Keep{For: 7 * 24 * time.Hour, Size: 64 << 20, At: at(71)}
			return &next
		}, []string{"swap telemetry keep.spans.for 1d → 7d 71", "swap telemetry memory 128 MiB → 256 MiB 70"}},
		{"how long spans are kept, by less than is shown of a duration", func(a *graph.App) *graph.App {
			next := *a
			next.Telemetry.Spans.For += time.Nanosecond
			return &next
		}, []string{"swap telemetry keep.spans.for 1d → 24h0m0.000000001s 71"}},
		{"what was applied before there was such a noun", func(a *graph.App) *graph.App {
			next := *a
			a.Telemetry = graph.Telemetry{}
			return &next
		}, nil},
	}
}

func TestCompare(t *testing.T) {
	for _, row := range slices.Concat(ofServices(), ofEdges()) {
		t.Run(row.says, func(t *testing.T) {
			old := before()
			next := row.change(old)
			var got []string
			replaced := map[string]bool{}
			for _, c := range Compare(old, next, subset.Wish{}) {
				got = append(got, fmt.Sprintf("%s %s %s %d", c.Action, c.Subject, c.Text, c.At.Line))
				replaced[c.Subject] = replaced[c.Subject] || c.Action == Restart || c.Action == Rebuild
			}
			if !reflect.DeepEqual(got, row.want) {
				t.Errorf("it tells %q, want %q", got, row.want)
			}
			for _, s := range next.Services {
				if was, there := old.Service(s.Name); there && replaced[s.Name] != (specHash(old, was) != specHash(next, s)) {
					t.Errorf("what %s is started from and what is told of it disagree", s.Name)
				}
			}
		})
	}
}

func TestANewServiceIsTold(t *testing.T) {
	next := edited(appOf("a", "b"), "b", func(b *graph.Service) { b.Build.Argv, b.Replicas.Count = []string{"make"}, 2 })
	for i, want := range []string{"1 instance", "after its build, 2 instances"} {
		if got := Compare(&graph.App{}, next, subset.Wish{})[i]; got.Action != Start || got.Text != want {
			t.Errorf("it tells %+v, want %q", got, want)
		}
	}
}
