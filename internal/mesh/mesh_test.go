package mesh

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
	"github.com/banyan-run/banyan/internal/proxy/balance"
)

// The requests themselves are cases of the gateway's testdata, which go through both stacks. Here is what no request shows.

func shop() *graph.App {
	at := diag.Position{File: "banyan.yaml", Line: 3, Column: 5}
	return &graph.App{
		Environment: graph.Local,
		Services: []*graph.Service{
			{Name: "catalog", At: at, Calls: []*graph.Call{{To: "store", At: at}}},
			{Name: "localhost", At: at},
			{Name: "orders", At: at, Calls: []*graph.Call{{To: "legacy", At: at}, {To: "catalog", At: at, Timeout: time.Second}}},
			{Name: "store", At: at, Protocol: graph.TCP},
		},
		External: []*graph.External{{Name: "legacy", URL: "https://legacy.example:8443/"}},
		Edge:     graph.Edge{Routes: []*graph.Route{{Targets: []graph.Target{{To: "orders"}}}}},
	}
}

func compiled(t *testing.T, app *graph.App) *Program {
	t.Helper()
	p, found := Compile(app)
	if found.Failed() {
		t.Fatal(found)
	}
	return p
}

func TestEdges(t *testing.T) {
	want := []Edge{{"catalog", "store", graph.TCP}, {"orders", "catalog", ""}, {"orders", "legacy", graph.Auto}}
	if got := compiled(t, shop()).Edges(); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

func TestHandlers(t *testing.T) {
	m, err := compiled(t, shop()).Build(Means{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		sentence string
		get      func(caller, callee string) (exchange.Handler, error)
		caller   string
		callee   string
		code     diag.Code
	}{
		{"a declared call", m.Outbound, "orders", "catalog", ""},
		{"one that is not declared has a handler, which refuses", m.Outbound, "catalog", "orders", ""},
		{"the operator's", m.Outbound, graph.Operator, "catalog", ""},
		{"the gateway's", m.Outbound, graph.Gateway, "orders", ""},
		{"a callee that does not exist", m.Outbound, "orders", "payments", diag.NoSuchService},
		{"a caller that does not exist", m.Outbound, "payments", "orders", diag.NoSuchService},
		{"a callee that speaks tcp", m.Outbound, "catalog", "store", diag.BadArgument},
		{"also for the operator", m.Outbound, graph.Operator, "store", diag.BadArgument},
		{"a port", m.Edge, "orders", "catalog", ""},
		{"a port of a call that is not declared", m.Edge, "catalog", "orders", diag.NoSuchThing},
		{"the gateway has no ports", m.Edge, graph.Gateway, "orders", diag.NoSuchThing},
		{"a port for connections answers no requests", m.Edge, "catalog", "store", diag.NoSuchThing},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			h, err := row.get(row.caller, row.callee)
			if (h == nil) != (row.code != "") || row.code != "" && problem.CauseOf(err).Code != row.code {
				t.Fatalf("%v %v", h, err)
			}
		})
	}
}

func TestAdmit(t *testing.T) {
	m, err := compiled(t, shop()).Build(Means{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		sentence       string
		caller, callee string
		peer           string
		code           diag.Code
	}{
		{"the caller itself", "catalog", "store", "catalog", ""},
		{"a process that no service owns", "catalog", "store", "", ""},
		{"another service", "catalog", "store", "orders", diag.CallNotDeclared},
		{"a service that the file does not have any more", "catalog", "store", "former", diag.CallNotDeclared},
		{"an edge that is not declared", "orders", "store", "orders", diag.CallNotDeclared},
		{"a name that does not exist", "orders", "nothing", "", diag.NoSuchService},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			err := m.Admit(row.caller, row.callee, exchange.Peer{Service: row.peer})
			if (err == nil) != (row.code == "") || err != nil && problem.CauseOf(err).Code != row.code {
				t.Fatal(err)
			}
		})
	}
}

func TestTCPHasNoLists(t *testing.T) {
	app := shop()
	app.Services[0].Calls[0].Allow = []graph.Allow{{Method: "GET", Path: "/x", At: app.Services[0].At}}
	p, found := Compile(app)
	if p != nil || len(found) != 1 || found[0].Code != diag.BadValue {
		t.Fatalf("%v %v", p, found)
	}
}

func TestAServiceCalledLocalhostIsNoHost(t *testing.T) {
	c := compiled(t, shop()).calls[pair{"orders", "catalog"}]
	if refusal := c.hosts.Check("localhost:7001"); refusal != nil {
		t.Fatal(refusal)
	}
	if refusal := c.hosts.Check("store"); refusal == nil || refusal.Code != diag.CallNotDeclared || refusal.Fix.Line != 3 {
		t.Fatalf("%+v", refusal)
	}
}

// sent says that an exchange came to the wire.
type sent struct{ deadline time.Time }

func (s *sent) Handle(x *exchange.Exchange) error {
	s.deadline = x.Deadline
	x.Reply.Head.Status = 204
	return nil
}

type ready struct{}

func (ready) Endpoints(string) balance.Set {
	return balance.Set{Ready: []exchange.Endpoint{{Instance: "i.1", Address: "127.0.0.1:1"}}}
}

func TestTheEarlierDeadlineHolds(t *testing.T) {
	wire := &sent{}
	m, err := compiled(t, shop()).Build(Means{Endpoints: ready{}, Transport: wire}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := m.Outbound("orders", "catalog")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for before, want := range map[time.Duration]time.Duration{0: time.Second, time.Minute: time.Second, time.Millisecond * 900: time.Millisecond * 900} {
		x := &exchange.Exchange{Ctx: context.Background(), Now: now}
		x.Request.Path, x.Request.Method = "/", "GET"
		if before > 0 {
			x.Deadline = now.Add(before)
		}
		if err := h.Handle(x); err != nil || !wire.deadline.Equal(now.Add(want)) {
			t.Errorf("%v: %v, want %v (%v)", before, wire.deadline.Sub(now), want, err)
		}
	}
}

func TestAReloadKeepsWhatWasLearnt(t *testing.T) {
	p := compiled(t, shop())
	first, err := p.Build(Means{Endpoints: ready{}, Transport: &sent{}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := p.Build(Means{Endpoints: ready{}, Transport: &sent{}}, first)
	if err != nil {
		t.Fatal(err)
	}
	if first.means.State == nil || second.means.State != first.means.State {
		t.Error("the state is another")
	}
	given := &balance.State{}
	third, err := p.Build(Means{Endpoints: ready{}, Transport: &sent{}, State: given}, second)
	if err != nil || third.means.State != given {
		t.Error("the given state is not used", err)
	}
}

func TestCompileIsPure(t *testing.T) {
	app := shop()
	one, two := compiled(t, app), compiled(t, app)
	if !reflect.DeepEqual(one.edges, two.edges) || !reflect.DeepEqual(app, shop()) {
		t.Error("Compile changed its input, or equal inputs give other edges")
	}
}

func TestExplainOfUnknownNames(t *testing.T) {
	_, err := compiled(t, shop()).Explain("orders", "payments", "", "")
	var cause *problem.Cause
	if !errors.As(err, &cause) || cause.Code != diag.NoSuchService {
		t.Fatal(err)
	}
}
