package gateway_test

import (
	"strings"
	"testing"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/problem"
)

// secureApp is an application with names under TLS.
func secureApp(change func(*graph.App)) *graph.App {
	app := &graph.App{
		Name: "shop", Environment: graph.Local,
		Services: []*graph.Service{{Name: "ledger", Protocol: graph.TCP}, {Name: "orders"}, {Name: "web"}},
		Edge: graph.Edge{
			Listen: graph.DefaultListen, HTTPS: graph.DefaultHTTPS, HTTPSAt: diag.Position{File: "banyan.yaml", Line: 3, Column: 11},
			Routes: []*graph.Route{{Name: "everything", Path: "/**", Targets: []graph.Target{{To: "web", Weight: 1}}}},
		},
	}
	change(app)
	return app
}

// says has every service answer with who called it, and what the service saw.
func says(caller string) func(string) (exchange.Handler, error) {
	return func(callee string) (exchange.Handler, error) {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			x.Answer(200, "text/plain", []byte(caller+" "+callee+" "+string(x.Request.Get("X-Forwarded-Proto"))+" "+x.Request.Authority))
			return nil
		}), nil
	}
}

func TestTheNameSaysWhatIsMeant(t *testing.T) {
	p, found := gateway.Compile(secureApp(func(*graph.App) {}))
	if len(found) > 0 {
		t.Fatal(found)
	}
	g, err := p.Build(gateway.Means{Outbound: says(graph.Gateway), Straight: says(graph.Operator)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		about, authority, name, service, origin string
		want                                    string
		status                                  int
	}{
		{"the application's name is the gateway", "shop.localhost:8443", "shop.localhost", "", "", "gateway web https shop.localhost:8443", 0},
		{"and so is localhost", "LOCALHOST:8443", "localhost", "", "", "gateway web https LOCALHOST:8443", 0},
		{"and an address", "127.0.0.1:8443", "", "", "", "gateway web https 127.0.0.1:8443", 0},
		{"the other one too", "[::1]:8443", "", "", "", "gateway web https [::1]:8443", 0},
		{"a service's name leads straight to it", "orders.shop.localhost:8443", "orders.shop.localhost", "", "", "operator orders https orders.shop.localhost:8443", 0},
		{"with the root's dot as well", "Orders.Shop.Localhost.:8443", "orders.shop.localhost", "", "", "operator orders https Orders.Shop.Localhost.:8443", 0},
		{"one that speaks no HTTP has no name", "ledger.shop.localhost", "ledger.shop.localhost", "", "", "BYN-3003", 421},
		{"a name that was not asked for", "orders.shop.localhost", "shop.localhost", "", "", "BYN-3003", 421},
		{"nor the other way round", "shop.localhost", "orders.shop.localhost", "", "", "BYN-3003", 421},
		{"a name without one in the handshake", "orders.shop.localhost", "", "", "", "BYN-3003", 421},
		{"a rebound name", "evil.example", "evil.example", "", "", "BYN-3003", 421},
		{"an address that is not this machine's", "10.0.0.1", "", "", "", "BYN-3003", 421},
		{"no name at all", "", "", "", "", "BYN-3003", 421},
		{"an endless one", strings.Repeat("a", 300), "shop.localhost", "", "", "BYN-3003", 421},
		{"a service that takes another's name for its address", "orders.shop.localhost", "orders.shop.localhost", "web", "", "BYN-3003", 403},
		{"a page of the web", "orders.shop.localhost", "orders.shop.localhost", "", "https://evil.example", "BYN-4005", 403},
		{"the gateway leaves that to routes", "shop.localhost", "shop.localhost", "", "https://evil.example", "gateway web https shop.localhost", 0},
	} {
		x := &exchange.Exchange{Ctx: t.Context()}
		x.Request.Method, x.Request.Path, x.Request.Authority = "GET", "/", c.authority
		x.Request.Add("X-Forwarded-Proto", "http")
		if c.origin != "" {
			x.Request.Add("Origin", c.origin)
		}
		x.Peer = exchange.Peer{TLS: true, ServerName: c.name, Service: c.service, Verified: c.service != ""}
		var got string
		status := 0
		if err := g.HandleSecure(x); err != nil {
			got, status = string(problem.CauseOf(err).Code), problem.StatusOf(problem.CauseOf(err))
			g.Refuse(x, err) // none of them makes it fail
		} else {
			body := make([]byte, 200)
			n, _ := x.Reply.Body.Read(body)
			got = string(body[:n])
		}
		if got != c.want || status != c.status {
			t.Errorf("%s: %q with %d, not %q with %d", c.about, got, status, c.want, c.status)
		}
	}
}

func TestNamesAreOfTheEnvironmentLocal(t *testing.T) {
	for _, c := range []struct {
		about   string
		change  func(*graph.App)
		knows   bool
		warning string
	}{
		{"local has them", func(*graph.App) {}, true, ""},
		{"staging has none, and is told", func(a *graph.App) { a.Environment = "staging" }, false, "https is of the environment local alone, and this is staging"},
		{"without https there are none", func(a *graph.App) { a.Edge.HTTPS = "" }, false, ""},
	} {
		p, found := gateway.Compile(secureApp(c.change))
		if found.Failed() || p.Knows("orders.shop.localhost") != c.knows {
			t.Errorf("%s: %v", c.about, found)
		}
		if said := found.Error(); !strings.Contains(said, c.warning) || (c.warning == "") != (said == "") {
			t.Errorf("%s: said %q", c.about, said)
		}
	}
}

func TestTheWayToANameIsExplained(t *testing.T) {
	p, _ := gateway.Compile(secureApp(func(*graph.App) {}))
	for _, c := range []struct{ about, url, caller, callee string }{
		{"a service's name", "https://orders.shop.localhost:8443/orders/7", graph.Operator, "orders"},
		{"the gateway's", "https://shop.localhost:8443/orders/7", "", "web"},
		{"a service's name without TLS is the gateway's", "http://orders.shop.localhost:8080/orders/7", "", "web"},
	} {
		v, err := p.Explain("GET", c.url)
		if err != nil || !v.Allowed || v.Caller != c.caller || len(v.Callees) != 1 || v.Callees[0] != c.callee || v.Path != "/orders/7" || len(v.Steps) < 4 {
			t.Errorf("%s: %+v, %v", c.about, v, err)
		}
	}
}
