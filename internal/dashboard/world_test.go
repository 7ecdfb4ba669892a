package dashboard_test

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/problem"
)

// world is an application that does not run: it answers the real API's handler with what a test puts into it, so that the
// page's own models are held against what the API writes.
type world struct {
	app      api.App
	services []api.Service
	lines    []api.Line
	traces   []api.Trace
	rates    api.Rates
	deeds    []api.Deed
	environ  []api.Variable
	err      error
	asked    api.LineQuery
}

func (w *world) handler() http.Handler {
	return api.Handler(api.Sources{Application: w, Seen: w, Streams: w, Wishes: nobody{}, File: nobody{}, Traffic: nobody{}, Instances: http.NotFoundHandler(), Metrics: http.NotFoundHandler()})
}

func (w *world) App() api.App                               { return w.app }
func (w *world) Services() []api.Service                    { return w.services }
func (w *world) Changed() <-chan struct{}                   { return nil }
func (w *world) Environment(string) ([]api.Variable, error) { return w.environ, w.err }
func (w *world) Rates() api.Rates                           { return w.rates }
func (w *world) Journal(limit int) ([]api.Deed, error) {
	return w.deeds[max(0, len(w.deeds)-limit):], w.err
}
func (w *world) FollowJournal(context.Context) iter.Seq[api.Deed] { return nil }
func (w *world) FollowLines(context.Context, api.LineQuery) iter.Seq[api.Line] {
	return nil
}

func (w *world) Lines(q api.LineQuery) ([]api.Line, error) {
	w.asked = q
	var found []api.Line
	for _, l := range w.lines {
		if (len(q.Services) == 0 || slices.Contains(q.Services, l.Service)) && strings.HasPrefix(l.Trace, q.Trace) {
			found = append(found, l)
		}
	}
	return found, w.err
}

func (w *world) Traces(q api.TraceQuery) ([]api.TraceSummary, error) {
	var found []api.TraceSummary
	for _, t := range w.traces {
		if !q.Failed || t.Failed {
			found = append(found, t.TraceSummary)
		}
	}
	return found, w.err
}

func (w *world) Trace(id string) (api.Trace, error) {
	for _, t := range w.traces {
		if strings.HasPrefix(t.ID, id) {
			return t, nil
		}
	}
	return api.Trace{}, problem.New(diag.NoSuchTrace, "No span of a trace %s is kept.", id)
}

// nobody wishes, reads the file, or sends: the page only looks.
type nobody struct{}

func (nobody) Start(context.Context, []string) error              { panic("the page asked to act") }
func (nobody) Stop(context.Context, []string) error               { panic("the page asked to act") }
func (nobody) Restart(context.Context, []string) error            { panic("the page asked to act") }
func (nobody) Scale(context.Context, string, int) error           { panic("the page asked to act") }
func (nobody) Plan(context.Context) (api.Plan, error)             { panic("the page asked to act") }
func (nobody) Reload(context.Context) (api.Plan, error)           { panic("the page asked to act") }
func (nobody) Down() error                                        { panic("the page asked to act") }
func (nobody) Call(context.Context, api.Call) (api.Answer, error) { panic("the page asked to act") }
func (nobody) ExplainCall(string, string, string, string) (api.Verdict, error) {
	panic("the page asked to act")
}
func (nobody) ExplainRequest(string, string) (api.Verdict, error) { panic("the page asked to act") }

const (
	goodTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	badTrace  = "00f067aa0ba902b7a3ce929d0e0e4737"
)

// healthy is a shop at some load.
func healthy(now time.Time) *world {
	w := &world{
		app: api.App{
			Name: "shop", Environment: "local", Root: "/home/ada/shop", File: "/home/ada/shop/banyan.yaml", Version: "0.1.0",
			Started: now.Add(-12 * time.Minute), Attached: now.Add(-12 * time.Minute), Loaded: now.Add(-3 * time.Minute),
			Gateway: "http://127.0.0.1:8080", API: "http://127.0.0.1:8081", Phase: api.Running,
			Cost: []api.Process{{Name: "control", PID: 48200, CPU: 0.012, Memory: 8499200, Descriptors: 23, Goroutines: 34}, {Name: "keeper", PID: 48199, CPU: -1, Memory: -1, Descriptors: -1, Goroutines: -1}},
		},
		environ: []api.Variable{
			{Name: "CATALOG_URL", Value: "http://127.0.0.1:40213", Source: "declared call", Where: "banyan.yaml:23:7"},
			{Name: "CURRENCY", Value: "EUR", Source: "env", Where: "banyan.yaml:29:11"},
			{Name: "PORT", Value: "39511", Source: "platform"},
			{Name: "STRIPE_KEY", Value: "********", Source: "environment of banyan up"},
		},
	}
	for i, name := range []string{"catalog", "users", "inventory", "payments", "carts", "orders", "reviews", "recommendations", "storefront", "monolith"} {
		w.services = append(w.services, running(now, name, 1+(i+1)%2))
	}
	orders := &w.services[5]
	w.app.HTTPS, orders.HTTPS = "https://shop.localhost:8443", "https://orders.shop.localhost:8443"
	orders.Calls, orders.Callers, orders.Routes = []string{"catalog", "inventory", "payments"}, []string{"storefront"}, []string{"/api/v1/orders/**"}
	w.services = append(w.services, api.Service{Name: "mail", Where: "banyan.yaml:88:3", Phase: api.Running, External: true, Protocol: "http1", Callers: []string{"orders"}})
	w.rates = api.Rates{Window: 10, Edges: []api.Rate{
		{Caller: "gateway", Callee: "storefront", PerSecond: 41.2, P50: 0.0041, P95: 0.0125, P99: 0.0182},
		{Caller: "gateway", Callee: "orders", PerSecond: 12.4, Errors: 0.004, P50: 0.0183, P95: 0.0341, P99: 0.0382},
		{Caller: "storefront", Callee: "orders", PerSecond: 4.1, P50: 0.0162, P95: 0.0301, P99: 0.0352},
		{Caller: "orders", Callee: "catalog", PerSecond: 16.5, P50: 0.0018, P95: 0.0033, P99: 0.0041},
		{Caller: "orders", Callee: "payments", PerSecond: 9.8, Errors: 0.031, P50: 0.0092, P95: 0.0169, P99: 0.0183},
	}}
	w.seen(now)
	return w
}

func running(now time.Time, name string, replicas int) api.Service {
	s := api.Service{
		Name: name, Owner: name + "-team", Where: "banyan.yaml:20:3", Phase: api.Running, Desired: replicas, Ready: replicas,
		Protocol: "http1", Release: "3-1f2e3d4c", BuiltIn: 1.1, ReadyIn: 0.31,
	}
	for i := range replicas {
		s.Instances = append(s.Instances, api.Instance{
			ID: name + "." + string(rune('1'+i)), State: "ready", PID: 48213 + i, Address: "127.0.0.1:39511", Started: now.Add(-11 * time.Minute),
			ReadyIn: 0.31, CPU: 0.034 * float64(i+1), Memory: 18_400_000, Last: `level=INFO msg="request served" method=GET status=200`,
		})
	}
	return s
}

func (w *world) seen(now time.Time) {
	levels := []string{"INFO", "DEBUG", "INFO", "WARN", "INFO", "ERROR"}
	texts := []string{"order 7 priced at 41.90 EUR", "cache hit for product 12", "GET /orders/7 200 in 18ms", "payments answered 503, trying another instance", "order 7 stored", "could not reserve stock: sku 88 is gone"}
	for i := range 60 {
		l := api.Line{At: now.Add(time.Duration(i-60) * 700 * time.Millisecond), Service: "orders", Instance: "orders.1", Stream: "stdout", Level: levels[i%6], Text: texts[i%6]}
		if i%7 == 3 {
			l.Trace = goodTrace
		}
		if i%5 == 4 {
			l.Service, l.Instance = "recommendations", "recommendations.1"
			l.Text = `{"time":"2026-11-24T22:03:40Z","level":"INFO","msg":"GET /top","status":200,"ms":0.048}`
		}
		w.lines = append(w.lines, l)
	}
	good := api.Trace{Lines: 9, Notes: []string{"reviews does not pass traceparent on: its own calls begin traces of their own"}, Rows: []api.TraceRow{
		{Name: "gateway", What: "GET /api/v1/orders/{id}", Duration: 0.0382, Status: "200", Critical: true},
		{Depth: 1, Name: "orders.2", What: "GET /orders/7", Offset: 0.0008, Duration: 0.0369, Status: "200", Critical: true},
		{Depth: 2, Name: "catalog.1", What: "GET /products/12", Offset: 0.0014, Duration: 0.0041, Status: "200"},
		{Depth: 2, Name: "payments.1", What: "GET /charges/7", Offset: 0.0059, Duration: 0.0070, Status: "503", Failed: true, Message: "overloaded"},
		{Depth: 2, Name: "payments.2", What: "GET /charges/7", Offset: 0.0131, Duration: 0.0183, Status: "200", Critical: true, Retry: true},
		{Depth: 3, Name: "payments.2", What: "SELECT charges", Offset: 0.0140, Duration: 0.0150, Critical: true},
	}}
	good.TraceSummary = api.TraceSummary{ID: goodTrace, Name: "GET /api/v1/orders/7", Service: "orders", Status: 200, Start: now.Add(-4 * time.Second), Duration: 0.0382, Hops: 5, Retries: 1}
	bad := api.Trace{TraceSummary: api.TraceSummary{ID: badTrace, Name: "POST /api/v1/orders", Service: "orders", Status: 502, Failed: true, Start: now.Add(-90 * time.Second), Duration: 2.004, Hops: 3, Retries: 2}}
	w.traces = []api.Trace{good, bad}
	for i, name := range []string{"GET /api/v1/products", "GET /", "POST /api/v1/carts/17/items", "GET /api/v1/reviews/top"} {
		t := good
		t.ID, t.Name, t.Retries, t.Hops, t.Start = "a"+string(rune('0'+i))+goodTrace[2:], name, 0, 2, now.Add(-time.Duration(i+2)*time.Minute)
		w.traces = append(w.traces, t)
	}
	w.deeds = []api.Deed{
		{At: now.Add(-12 * time.Minute), Kind: "up", Subject: "shop", Text: "11 services"},
		{At: now.Add(-11 * time.Minute), Kind: "ready", Subject: "orders.1", Text: "answers /healthz", Why: "started 0.31s ago"},
		{At: now.Add(-3 * time.Minute), Kind: "reload", Subject: "gateway", Text: "route orders: limit 20/s → 50/s", Why: "banyan.yaml changed", Where: "banyan.yaml:29:5"},
		{At: now.Add(-50 * time.Second), Kind: "crash", Subject: "payments.1", Text: "exit code 1", Why: "cannot reach ledger", Code: "BYN-2007", Lines: []string{"connect: connection refused", "cannot reach ledger"}},
	}
}

// failing is the shop with a payments that does not come up, an orders that comes, and a file that does not validate.
func failing(now time.Time) *world {
	w := healthy(now)
	code := 1
	w.app.Refused = "banyan.yaml:31:5: error BYN-1003: unknown key \"replcas\" in a service\n   31 |     replcas: 2\n      |     ^^^^^^^\n   did you mean \"replicas\"?"
	payments := &w.services[3]
	payments.Phase, payments.Ready = api.Failed, 0
	payments.Instances = payments.Instances[:1]
	payments.Instances[0].State, payments.Instances[0].Restarts, payments.Instances[0].Reason, payments.Instances[0].PID = "waiting", 4, "ended with exit code 1", 0
	payments.Instances[0].CPU, payments.Instances[0].Memory = -1, -1
	payments.Problem = &api.Problem{
		Code: "BYN-2103", Text: "payments did not become ready: GET /healthz answered 500 for 10s", Where: "banyan.yaml:41:5", Exit: &code,
		Likely: "PAYMENTS_LEDGER is set by hand to a port where nothing listens (payments/.env:3)", Instance: "payments.1", Next: now.Add(8500 * time.Millisecond),
		Lines: []string{"2026-11-24T21:40:01Z ERROR connect: dial tcp 127.0.0.1:5999: connection refused", "2026-11-24T21:40:01Z FATAL cannot reach ledger"},
	}
	orders := &w.services[5]
	orders.Phase, orders.Ready, orders.Doing = api.Starting, 0, "waiting for its port"
	return w
}

// partly is a healthy application of which a part runs.
func partly(now time.Time) *world {
	w := healthy(now)
	for i := range w.services {
		switch one := &w.services[i]; one.Name {
		case "orders":
			one.Because = []api.Reason{{Kind: "asked", Text: "you asked"}, {Kind: "called", By: "storefront", Text: "called by storefront", Where: "banyan.yaml:52:7"}}
		case "reviews":
			one.Absent, one.Phase, one.Desired, one.Ready, one.Instances = true, api.Stopped, 0, 0, nil
			one.Because = []api.Reason{{Kind: "uncalled", Text: "nothing in the set needs it"}}
		}
	}
	return w
}

// debugging is a healthy application of which one service is under its debugger.
func debugging(now time.Time) *world {
	w := healthy(now)
	for i := range w.services {
		if w.services[i].Name == "orders" {
			w.services[i].Instances[0].Reason = "debugging on 127.0.0.1:28923"
			w.services[i].Instances[0].Debug = &api.Debugging{Service: "orders", Language: "node", Address: "127.0.0.1:28923", Port: 28923}
		}
	}
	return w
}
