package red

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/signal"
)

func exchange(caller, callee string, status int, took time.Duration, end time.Time) signal.Exchange {
	return signal.Exchange{
		Caller: caller, Callee: callee, Method: "GET", Path: "/x", Protocol: "http/1.1", Status: status, GRPCStatus: -1,
		Start: end.Add(-took), Times: signal.Times{Total: took}, Tries: 1,
	}
}

func page(m *Meter) string {
	w := httptest.NewRecorder()
	m.Handler(func() []Family {
		return []Family{{Name: "banyan_instances", Kind: "gauge", Help: "Instances.", Samples: []Sample{{[]string{"service", `a"b\`}, 2}}}}
	}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestThePageHasRoutesAndEdges(t *testing.T) {
	m, now := New(), time.Unix(1000, 0)
	x := exchange("gateway", "orders", 200, 7*time.Millisecond, now)
	x.Route = "/api/v1/orders/**"
	m.Observe(x)
	m.Observe(exchange("orders", "payments", 503, 3*time.Second, now))
	text := page(m)
	for _, want := range []string{
		`http_server_request_duration_seconds_bucket{http_route="/api/v1/orders/**",http_request_method="GET",http_response_status_code="200",network_protocol_version="1.1",le="0.005"} 0`,
		`http_server_request_duration_seconds_bucket{http_route="/api/v1/orders/**",http_request_method="GET",http_response_status_code="200",network_protocol_version="1.1",le="0.01"} 1`,
		`http_client_request_duration_seconds_count{caller="orders",callee="payments",http_request_method="GET",http_response_status_code="503",network_protocol_version="1.1",error_type="503"} 1`,
		`http_client_request_duration_seconds_sum{caller="gateway",callee="orders",http_request_method="GET",http_response_status_code="200",network_protocol_version="1.1"} 0.007`,
		`banyan_instances{service="a\"b\\"} 2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("missing %s in\n%s", want, text)
		}
	}
}

func TestEachLineOfThePageFollowsTheFormat(t *testing.T) {
	m := New()
	for i := range 50 {
		m.Observe(exchange("gateway", fmt.Sprintf("s%d", i), 200+i, time.Duration(i)*time.Second, time.Unix(int64(i), 0)))
	}
	form := regexp.MustCompile(`^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*(\\"[^"]*)*",?)*\})? [0-9.e+-]+)$`)
	for line := range strings.Lines(page(m)) {
		if !form.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("not in the text format: %s", line)
		}
	}
}

func TestUnknownMethodsAreOne(t *testing.T) {
	rows := []struct{ sentence, method, want string }{
		{"a known method", "DELETE", "DELETE"}, {"one that was made up", "FROB", "_OTHER"}, {"a part of a known one", "GE", "_OTHER"},
		{"nothing", "", "_OTHER"}, {"lower case", "get", "_OTHER"}, {"the last", "PATCH", "PATCH"}, {"the first", "GET", "GET"},
	}
	for _, row := range rows {
		if got := methodOf(row.method); got != row.want {
			t.Errorf("%s: %q is %q", row.sentence, row.method, got)
		}
	}
}

func TestSeriesAreBounded(t *testing.T) {
	m := New()
	for i := range manySeries + 500 {
		m.Observe(exchange("gateway", fmt.Sprintf("s%d", i), 200, time.Millisecond, time.Unix(1000, 0)))
	}
	if n := len(m.called.all()); n != manySeries {
		t.Fatalf("%d series", n)
	}
	if m.Dropped() == 0 {
		t.Fatal("nothing says that series were refused")
	}
}

func TestObserveAllocatesNothing(t *testing.T) {
	m, x := New(), exchange("gateway", "orders", 200, time.Millisecond, time.Unix(1000, 0))
	m.Observe(x)
	if n := testing.AllocsPerRun(100, func() { m.Observe(x) }); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestRatesLookAtTheWindowOnly(t *testing.T) {
	m, start := New(), time.Unix(10_000, 0)
	for second := range 120 {
		at := start.Add(time.Duration(second) * time.Second)
		took, status := 10*time.Millisecond, 200
		if second >= 115 {
			took, status = time.Second, 500
		}
		for range 10 {
			m.Observe(exchange("gateway", "orders", status, took, at))
		}
	}
	now := start.Add(120 * time.Second)
	short := m.Rates(10*time.Second, now)
	if len(short.Edges) != 1 || short.Edges[0].PerSecond != 10 || short.Edges[0].Errors != 0.5 {
		t.Fatalf("over 10 s: %+v", short)
	}
	if p := short.Edges[0].P99; p < 900*time.Millisecond || p > time.Second {
		t.Fatalf("p99 over 10 s: %v", p)
	}
	long := m.Rates(time.Minute, now)
	if e := long.Edges[0]; e.PerSecond < 9.9 || e.PerSecond > 11.7 || e.Errors < 0.07 || e.Errors > 0.09 {
		t.Fatalf("over a minute: %+v", long)
	}
	if p := long.Edges[0].P50; p < 9*time.Millisecond || p > 10*time.Millisecond {
		t.Fatalf("p50 over a minute: %v", p)
	}
	if later := m.Rates(10*time.Second, now.Add(time.Hour)); len(later.Edges) != 0 {
		t.Fatalf("an hour later: %+v", later)
	}
}

func TestAServiceIsTheSumOfItsEdges(t *testing.T) {
	m, at := New(), time.Unix(10_000, 0)
	for range 20 {
		m.Observe(exchange("gateway", "orders", 200, time.Millisecond, at))
		m.Observe(exchange("carts", "orders", 500, time.Millisecond, at))
	}
	r := m.Rates(10*time.Second, at.Add(time.Second))
	if len(r.Services) != 1 || r.Services[0].PerSecond != 4 || r.Services[0].Errors != 0.5 || r.Services[0].Caller != "" {
		t.Fatalf("services: %+v", r.Services)
	}
}

func TestNothingIsLostWhenManyCountAtOnce(t *testing.T) {
	m, all := New(), sync.WaitGroup{}
	for g := range 8 {
		all.Go(func() {
			for i := range 2000 {
				m.Observe(exchange("a", "b", 200, time.Millisecond, time.Unix(1000+int64(i/500), int64(g))))
			}
		})
	}
	all.Wait()
	if !strings.Contains(page(m), `network_protocol_version="1.1"} 16000`) {
		t.Fatal("some were lost")
	}
	if r := m.Rates(10*time.Second, time.Unix(1004, 0)); r.Edges[0].PerSecond != 1600 {
		t.Fatalf("rates: %+v", r.Edges)
	}
}

func TestAQuantileLiesWithinItsBucket(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var h histogram
		var all []float64
		for range 500 {
			v := random.ExpFloat64() * 0.1
			all = append(all, v)
			h.observe(seconds(v), false)
		}
		slices.Sort(all)
		r := h.read()
		for _, q := range []float64{0.5, 0.95, 0.99} {
			exact, got := all[int(q*500)-1], r.quantile(q).Seconds()
			i, j := 0, 0
			for i < len(bounds)-1 && bounds[i] < exact {
				i++
			}
			for j < len(bounds)-1 && bounds[j] < got-1e-9 {
				j++
			}
			if i-j > 1 || j-i > 1 {
				t.Fatalf("quantile %v is %v, read as %v", q, exact, got)
			}
		}
	}
}

func TestTheAdvisedBoundsAreAmongAll(t *testing.T) {
	if !slices.IsSorted(bounds[:]) {
		t.Fatal("bounds are not in order")
	}
	for _, b := range advised {
		if !slices.Contains(bounds[:], b) {
			t.Errorf("%v is missing", b)
		}
	}
}
