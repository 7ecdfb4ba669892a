package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/terminal"
)

// sketch is an application with everything that makes lines long.
func sketch(screen terminal.Screen) (*shell, *run, health) {
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	s := &shell{World: World{Screen: screen, Now: func() time.Time { return now }}}
	code := 7
	services := []api.Service{
		{Name: "catalog-of-everything-that-is-sold-here", Owner: "the-team-that-owns-the-catalog", Phase: api.Running, Desired: 2, Ready: 2, BuiltIn: 0.8,
			ReadyIn: 0.31, Routes: []string{"/api/v1/products/**", "/api/v1/categories/**", "/api/v1/brands/**", "/api/v1/search"}, Calls: []string{"orders"},
			Instances: []api.Instance{{ID: "catalog-of-everything-that-is-sold-here.1", State: "ready", PID: 4711, Address: "127.0.0.1:40123", Release: "3-1f2e3d4c",
				Started: now.Add(-time.Hour), Restarts: 2, CPU: 0.031, Memory: 31 << 20, Reason: "the health check answered 500 three times in a row"}}},
		{Name: "orders", Phase: api.Building, Desired: 1},
		{Name: "payments", Owner: "payments-team", Phase: api.Failed, Desired: 1, Problem: &api.Problem{
			Code: "BYN-2004", Text: "payments ended before it was ready", Where: "banyan.yaml:41:5", Likely: "nothing listens on 127.0.0.1:5999", Exit: &code,
			Instance: "payments.1", Lines: []string{"ERROR \x1b[31mconnect\x1b[0m refused", "FATAL cannot reach ledger\x1b[2J"}, Next: now.Add(8 * time.Second)}},
		{Name: "bank", Phase: api.Running, External: true, Desired: 1, Ready: 1},
	}
	app := api.App{Name: "shop", Environment: "local", Gateway: "http://127.0.0.1:8080", Dashboard: "http://127.0.0.1:8081/#token=secret", Phase: api.Running}
	r := &run{began: now.Add(-1600 * time.Millisecond), app: &graph.App{Name: "shop", Edge: graph.Edge{Routes: []*graph.Route{{Path: "/{id}"}, {Path: "/api/v1/products/**"}}}}}
	return s, r, judge(app, services)
}

// rendered is what f writes.
func rendered(s *shell, f func()) string {
	var b strings.Builder
	s.Out = &b
	f()
	return b.String()
}

func TestTablesFitIntoEightyColumns(t *testing.T) {
	s, r, h := sketch(terminal.Screen{Width: 80})
	rows := []struct {
		sentence string
		draw     func() string
	}{
		{"the table of up", func() string { return s.overview(h.Services) }},
		{"the instances of ps", func() string { return s.instances(h.Services) }},
		{"top", func() string {
			return s.showLoad(load{h.Services, api.Rates{Edges: []api.Rate{{Caller: h.Services[0].Name, Callee: h.Services[3].Name, PerSecond: 12, Errors: 0.5}}},
				[]api.Process{{Name: "control", CPU: 0.01, Memory: 30 << 20, Descriptors: 23, Goroutines: 34}, {Name: "keeper", CPU: -1, Memory: -1, Descriptors: -1, Goroutines: -1}}})
		}},
		{"the progress of up", func() string { return arriving{}.block(s, h.Services) }},
		{"the progress of down", func() string { return leaving{}.block(s, h.Services) }},
		{"entries of the journal", func() string {
			return s.deed(api.Deed{Kind: "exit", At: s.Now(), Subject: "payments", Text: "payments.1 ended with code 7 before it was ready, for the third time in a row",
				Why: "nothing listens on 127.0.0.1:5999, which PAYMENTS_LEDGER names", Where: "payments/banyan.yaml:41:5"})
		}},
		{"the exit codes", func() string { return rendered(s, s.explainExits) }},
		{"what to try", func() string { return s.proposals(r.app, h) }},
		{"a waterfall", func() string {
			return s.waterfall(api.Trace{TraceSummary: api.TraceSummary{ID: strings.Repeat("4b", 16), Name: "GET /api/v1/orders/7", Status: 200, Duration: 0.0382, Hops: 2},
				Rows: []api.TraceRow{{Name: "gateway", Duration: 0.0382}, {Depth: 1, Name: "catalog-of-everything-that-is-sold-here.1", Offset: 0.01, Duration: 0.02, Critical: true}}})
		}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			text := row.draw()
			for _, l := range strings.Split(text, "\n") {
				if n := utf8.RuneCountInString(l); n > 80 {
					t.Errorf("%d columns: %s", n, l)
				}
			}
			if strings.Contains(text, "\x1b") {
				t.Errorf("escapes without colour:\n%q", text)
			}
		})
	}
}

func TestTheSummaryEndsWithWhatFailed(t *testing.T) {
	s, r, h := sketch(terminal.Screen{})
	text := rendered(s, func() { s.summary(r, h, upOptions{}) })
	for _, want := range []string{
		"gateway    http://127.0.0.1:8080\n", "dashboard  http://127.0.0.1:8081/   (banyan dashboard opens it)\n", "up in 1.6s · Ctrl-C stops everything",
		"✗ payments ended before it was ready, exit code 7 (banyan.yaml:41:5)\n    last lines of payments.1\n      ERROR connect refused\n      FATAL cannot reach ledger\n",
		"    likely   nothing listens on 127.0.0.1:5999\n    next     banyan logs payments · banyan env payments · banyan help BYN-2004\n",
		"1 of 3 services run; payments is retried in 8s\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the summary lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "token") {
		t.Errorf("the token is on a screen that others see:\n%s", text)
	}
	if !strings.HasSuffix(text, "payments is retried in 8s\n") || strings.Contains(text, "try   curl") {
		t.Errorf("what failed does not end the screen:\n%s", text)
	}
}

func TestTheFirstInvitingRouteIsProposed(t *testing.T) {
	rows := []struct {
		sentence string
		route    graph.Route
		want     string
	}{
		{"a prefix is asked for itself", graph.Route{Path: "/api/**"}, "/api"},
		{"everything is the root", graph.Route{Path: "/**"}, "/"},
		{"an exact path is itself", graph.Route{Path: "/search"}, "/search"},
		{"a parameter cannot be guessed", graph.Route{Path: "/users/{id}"}, ""},
		{"nor a segment", graph.Route{Path: "/users/*/carts"}, ""},
		{"another host would need a header", graph.Route{Path: "/", Host: "shop.example"}, ""},
		{"a POST needs a body", graph.Route{Path: "/orders", Methods: []string{"POST"}}, ""},
		{"one of its methods is GET", graph.Route{Path: "/orders", Methods: []string{"POST", "GET"}}, "/orders"},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := inviting([]*graph.Route{&row.route}); got != row.want {
				t.Fatalf("proposes %q, want %q", got, row.want)
			}
		})
	}
}

func TestWithoutATerminalEachStepIsWrittenOnce(t *testing.T) {
	s, _, _ := sketch(terminal.Screen{})
	v := s.view(arriving{})
	text := rendered(s, func() {
		for _, phase := range []api.Phase{api.Waiting, api.Building, api.Building, api.Starting, api.Running, api.Running} {
			v.show([]api.Service{{Name: "orders", Phase: phase, Desired: 1, Ready: map[bool]int{true: 1}[phase == api.Running]}})
		}
	})
	if text != "  build    orders\n  ready    orders\n" {
		t.Fatalf("written:\n%s", text)
	}
}

func TestWhatKeepsFailingIsToldOnce(t *testing.T) {
	s, _, _ := sketch(terminal.Screen{})
	v := s.view(arriving{})
	text := rendered(s, func() {
		for _, said := range []string{"it keeps ending: 5 times", "it keeps ending: 6 times"} {
			v.show([]api.Service{{Name: "orders", Phase: api.Failed, Problem: &api.Problem{Code: "BYN-2005", Text: said}}})
		}
		v.show([]api.Service{{Name: "orders", Phase: api.Failed, Problem: &api.Problem{Code: "BYN-2003", Text: "its build failed"}}})
	})
	if text != "  failed   orders: it keeps ending: 5 times\n  failed   orders: its build failed\n" {
		t.Fatalf("written:\n%s", text)
	}
}

func TestAReasonStandsWholeBelowTheInstances(t *testing.T) {
	s, _, h := sketch(terminal.Screen{Width: 80})
	text := s.instances(h.Services)
	if !strings.Contains(text, "\n  payments ended before it was ready\n  catalog-of-everything-that-is-sold-here.1: the health check answered 500 three\n  times in a row\n") {
		t.Errorf("on a screen:\n%s", text)
	}
	s.Screen.Width = 0
	if text = s.instances(h.Services); !strings.Contains(text, "  why\n") || !strings.Contains(text, "  the health check answered 500 three times in a row\n") {
		t.Errorf("in a pipe:\n%s", text)
	}
}

func TestATerminalIsDrawnAgainInPlace(t *testing.T) {
	s, _, h := sketch(terminal.Screen{Width: 80, Height: 24, Live: true})
	v := s.view(arriving{})
	out := new(strings.Builder)
	v.live = s.Screen.Block(out)
	v.show(h.Services)
	first := out.String()
	h.Services[1].Phase = api.Starting
	v.show(h.Services)
	if strings.Contains(first, "A\x1b") || !strings.Contains(out.String()[len(first):], "\r\x1b[2A") {
		t.Fatalf("drawn %q, then %q", first, out.String()[len(first):])
	}
}

func TestUpStaysUntilEveryServiceStandsSomewhere(t *testing.T) {
	failed := &api.Problem{Text: "it ended"}
	ready := func(name string) api.Service {
		return api.Service{Name: name, Phase: api.Running, Ready: 1, Desired: 1}
	}
	rows := []struct {
		sentence string
		services []api.Service
		want     bool
	}{
		{"all are ready", []api.Service{ready("a"), ready("b")}, true},
		{"one builds", []api.Service{ready("a"), {Name: "b", Phase: api.Building, Desired: 1}}, false},
		{"one starts", []api.Service{{Name: "a", Phase: api.Starting, Desired: 1}}, false},
		{"one failed", []api.Service{ready("a"), {Name: "b", Phase: api.Failed, Desired: 1, Problem: failed}}, true},
		{"one failed and another builds", []api.Service{{Name: "a", Phase: api.Building, Desired: 1}, {Name: "b", Phase: api.Failed, Desired: 1, Problem: failed}}, false},
		{"one waits for its turn", []api.Service{ready("a"), {Name: "b", Phase: api.Waiting, Desired: 1, Calls: []string{"a"}}}, false},
		{"one waits for one that failed", []api.Service{{Name: "a", Phase: api.Failed, Desired: 1, Problem: failed}, {Name: "b", Phase: api.Waiting, Desired: 1, Calls: []string{"a"}}}, true},
		{"two wait for each other", []api.Service{{Name: "a", Phase: api.Waiting, Desired: 1, Calls: []string{"b"}}, {Name: "b", Phase: api.Waiting, Desired: 1, Calls: []string{"a"}}}, false},
		{"one of two instances is there", []api.Service{{Name: "a", Phase: api.Running, Ready: 1, Desired: 2}}, false},
		{"one stays unready with a reason", []api.Service{{Name: "a", Phase: api.Starting, Desired: 1, Problem: failed}}, true},
		{"an external is not waited for", []api.Service{{Name: "a", External: true, Phase: api.Failed, Desired: 1}}, true},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			if got := stands(row.services); got != row.want {
				t.Fatalf("stands: %v", got)
			}
		})
	}
}

func TestExitCodesAreExplained(t *testing.T) {
	_, out, _ := typed(t, t.TempDir(), "help", "exit-codes")
	for _, e := range exitCodes {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), fmt.Sprintf("%d %s", e.code, e.about)) {
			t.Errorf("%d is not explained:\n%s", e.code, out)
		}
	}
}
