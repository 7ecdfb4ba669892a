package dashboard_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/internal/api"
	"github.com/banyan-run/banyan/internal/dashboard"
)

const token = "5ec12e7"

func guard(next http.Handler) http.Handler { return api.Bearer(token, next) }

func handlerOf(w *world) http.Handler { return dashboard.Handler(dashboard.Direct(w.handler()), guard) }

func ask(t *testing.T, h http.Handler, path, token string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var tags, spaces = regexp.MustCompile(`<[^>]*>`), regexp.MustCompile(`\s+`)

// text is what a person reads of a fragment.
func text(html string) string {
	return strings.TrimSpace(spaces.ReplaceAllString(tags.ReplaceAllString(html, " "), " "))
}

var every = []string{"/", "/services", "/service/orders", "/service/mail", "/traces", "/trace/" + goodTrace, "/logs", "/journal"}

func TestViewsSayWhatIs(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		about string
		world *world
		path  string
		want  []string
	}{
		{"a healthy application is said to be so, with its figures", healthy(now), "/", []string{
			"shop local running · started 12 min ago", "All right: 10 services", "through the gateway 54 req/s", "catalog catalog-team 2/2 running 17 0 % 4.1 ms",
			"orders orders-team 1/1 running 17 0.3 % 38.2 ms", "mail – external", "GET /api/v1/orders/7 orders 200 38.2 ms 5 1 4bf92f35", "50 s ago crash payments.1 exit code 1 · cannot reach ledger", "banyan status"}},
		{"a failing one tells the worst first, with reason, place, retry and what to type", failing(now), "/", []string{
			"Not all right: 2 of 11 services not ready",
			"payments did not become ready: GET /healthz answered 500 for 10s, exit code 1 likely PAYMENTS_LEDGER is set by hand", "where banyan.yaml:41:5 then tried again in 8 s",
			"next banyan logs payments banyan env payments banyan help BYN-2103", "FATAL cannot reach ledger",
			"orders is starting: 0 of 1 ready · waiting for its port", "did you mean &#34;replicas&#34;?"}},
		{"services show their cost and the edges their traffic", healthy(now), "/services", []string{
			"catalog running 2/2 10.2 % 35.1 MiB 0 310 ms 3-1f2e3d4c", "orders payments 9.8 3.1 % 9.2 ms 16.9 ms 18.3 ms", "banyan top",
			"Banyan itself what the platform costs this machine", "control 48200 1.2 % 8.1 MiB 23 34", "keeper 48199 – – – –"}},
		{"who is debugged is said, and where", debugging(now), "/service/orders", []string{"orders debugging", "debugging on 127.0.0.1:28923"}},
		{"a service shows its instances, edges, lines, traces and environment", healthy(now), "/service/orders", []string{
			"orders running instances 1 /1 built in 1.10 s", "orders.1 ready 48213 3.4 % 17.5 MiB 0 11 min ago",
			"storefront 4.1 0 % 35.2 ms gateway 12 0.4 % 38.2 ms", "catalog 17 0 % 4.1 ms inventory – – – payments 9.8 3.1 % 18.3 ms",
			"could not reserve stock: sku 88 is gone", "GET /api/v1/orders/7", "STRIPE_KEY ******** environment of banyan up", "banyan scale orders=2"}},
		{"a part of an application tells what is not in the set", partly(now), "/", []string{"All right: 9 services, 1 more not in the set", "0/0 not in the set"}},
		{"a service tells why it is in the set", partly(now), "/service/orders", []string{"in the set you asked, called by storefront banyan.yaml:52:7"}},
		{"a failing service says so on its page", failing(now), "/service/payments", []string{
			"payments failed", "payments.1 waiting – – – 4", "ended with exit code 1", "caller req/s failed p99 orders 9.8 3.1 % 18.3 ms Calls last 10 s It declares no call.", "4bf92f35"}},
		{"the names under TLS are told", healthy(now), "/service/orders", []string{"gateway http://127.0.0.1:8080 https://shop.localhost:8443", "by name https://orders.shop.localhost:8443"}},
		{"an external one has no instances to show", healthy(now), "/service/mail", []string{"mail external", "runs elsewhere"}},
		{"traces tell a failure from a failure within", healthy(now), "/traces", []string{"GET /api/v1/orders/7 orders 200 38.2 ms 5 1 4bf92f35", "POST /api/v1/orders orders 502 ✗ 2.00 s 3 2"}},
		{"failed traces alone", healthy(now), "/traces?failed=true", []string{"POST /api/v1/orders", "banyan trace --failed"}},
		{"a trace is a waterfall with its retry, failure and note", healthy(now), "/trace/4bf92f35", []string{
			"GET /api/v1/orders/7 200 took 38.2 ms hops 5 retries 1", "9.6 ms 19.1 ms 28.6 ms 38.2 ms", "payments.1 GET /charges/7 7.0 ms ✗ 503 overloaded",
			"payments.2 GET /charges/7 18.3 ms critical retry 200", "reviews does not pass traceparent on", "9 lines with its id"}},
		{"logs of one service from a level on", healthy(now), "/logs?service=orders&level=WARN", []string{"orders.1 WARN payments answered 503", "banyan logs -f orders --level warn"}},
		{"a line of JSON shows its message", healthy(now), "/logs", []string{"recommendations.1 INFO GET /top status=200 ms=0.048"}},
		{"the journal is newest first", healthy(now), "/journal", []string{"s ago crash payments.1", "12 min ago up shop 11 services"}},
	} {
		answer := ask(t, handlerOf(c.world), "/view"+c.path, token)
		got := text(answer.Body.String())
		if answer.Code != http.StatusOK {
			t.Errorf("%s: %s answered %d: %s", c.about, c.path, answer.Code, got)
		}
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s does not say %q:\n%s", c.about, c.path, want, got)
			}
		}
	}
}

func TestAnEmptyApplicationSaysWhatIsMissing(t *testing.T) {
	empty := &world{app: api.App{Name: "shop", Phase: api.Running}}
	for path, want := range map[string]string{
		"/": "The file names no service yet.", "/services": "No requests in the last", "/traces": "No such request was seen yet.",
		"/logs": "No such line was written yet.", "/journal": "Nothing is written yet.",
	} {
		if got := text(ask(t, handlerOf(empty), "/view"+path, token).Body.String()); !strings.Contains(got, want) {
			t.Errorf("%s of an empty application does not say %q:\n%s", path, want, got)
		}
	}
}

// none is an API that nobody reaches.
type none struct{}

func (none) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("connection \x1b[31mrefused")
}

func TestFailuresAreViews(t *testing.T) {
	w := healthy(time.Now())
	broken := healthy(time.Now())
	broken.err = errors.New("the store is closed")
	for _, c := range []struct {
		about, path string
		handler     http.Handler
		status      int
		want        string
	}{
		{"a trace that is not kept is the API's 404", "/view/trace/ffff", handlerOf(w), 404, "No span of a trace ffff is kept."},
		{"a service that is not there", "/view/service/nope", handlerOf(w), 404, "There is no service nope"},
		{"a page that is not there", "/view/nope", handlerOf(w), 404, "There is no such page /nope is no address of this page; the menu leads to those that there are."},
		{"a page that is not there when the API fails", "/view/nope/deep", dashboard.Handler(none{}, guard), 404, "There is no such page"},
		{"a store that fails is the API's 500", "/view/logs", handlerOf(broken), 500, "banyan help"},
		{"an API that nobody reaches", "/view/", dashboard.Handler(none{}, guard), 502, "The control API does not answer asking the API: connection refused"},
		{"an API that answers no JSON", "/view/", dashboard.Handler(dashboard.Direct(http.NotFoundHandler()), guard), 404, "The control API answered 404"},
	} {
		answer := ask(t, c.handler, c.path, token)
		if got := text(answer.Body.String()); answer.Code != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s; want %d and %q", c.about, answer.Code, got, c.status, c.want)
		}
		if kind := answer.Header().Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			t.Errorf("%s: the content type is %q", c.about, kind)
		}
	}
}
