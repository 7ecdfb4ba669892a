package gateway_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/banyan-run/banyan/internal/exchange"
	"github.com/banyan-run/banyan/internal/gateway"
	"github.com/banyan-run/banyan/internal/graph"
)

func compiled(t *testing.T, text string) *gateway.Program {
	t.Helper()
	a, err := parseApp(text)
	if err != nil {
		t.Fatal(err)
	}
	p, found := gateway.Compile(&a.App)
	if found.Failed() {
		t.Fatal(found)
	}
	return p
}

func TestAnExchangeKeepsTheSnapshotThatItBeganWith(t *testing.T) {
	arrived, goOn := make(chan struct{}), make(chan struct{})
	outbound := func(callee string) (exchange.Handler, error) {
		return exchange.HandlerFunc(func(x *exchange.Exchange) error {
			if callee == "old" {
				arrived <- struct{}{}
				<-goOn
			}
			x.Answer(200, "text/plain", []byte(callee+" "+x.Route.Name))
			return nil
		}), nil
	}
	build := func(text string, previous *gateway.Gateway) *gateway.Gateway {
		g, err := compiled(t, text).Build(gateway.Means{Outbound: outbound}, previous)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	var live atomic.Pointer[gateway.Gateway]
	live.Store(build("service old\nservice new\nroute /** -> old name=before", nil))
	conn := connect(t, exchange.HandlerFunc(func(x *exchange.Exchange) error { return live.Load().Handle(x) }))
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-arrived
	live.Store(build("service old\nservice new\nroute /** -> new name=after", live.Load()))
	close(goOn)
	for _, want := range []string{"old before", "new after"} {
		buffer := make([]byte, 1024)
		n, err := conn.Read(buffer)
		if err != nil || !strings.HasSuffix(string(buffer[:n]), want) {
			t.Fatalf("%q, want %s: %v", buffer[:n], want, err)
		}
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestABuildThatFailsSaysForWhichRoute(t *testing.T) {
	broken := errors.New("no such service")
	g, err := compiled(t, "service a\nroute /** -> a name=all").Build(gateway.Means{
		Outbound: func(string) (exchange.Handler, error) { return nil, broken },
	}, nil)
	if g != nil || !errors.Is(err, broken) || !strings.Contains(err.Error(), "route all") {
		t.Fatalf("%v %v", g, err)
	}
}

func TestARouteCarriesNoTCP(t *testing.T) {
	a, err := parseApp("service a\nroute /** -> a")
	if err != nil {
		t.Fatal(err)
	}
	a.Services[0].Protocol = graph.TCP
	if p, found := gateway.Compile(&a.App); p != nil || len(found) != 1 || !strings.Contains(found[0].Message, "tcp") {
		t.Fatalf("%v", found)
	}
}

func TestWeightsKeepTheirShares(t *testing.T) {
	counts := map[string]int{}
	seed := uint64(0)
	g, err := compiled(t, "service a\nservice b\nservice c\nroute /** -> a 7, b 2, c 1").Build(gateway.Means{
		Outbound: func(callee string) (exchange.Handler, error) {
			return exchange.HandlerFunc(func(x *exchange.Exchange) error { counts[callee+x.Route.To]++; return nil }), nil
		},
		Seed: func() uint64 { seed++; return seed },
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		x := &exchange.Exchange{}
		x.Request.Method, x.Request.Path = http.MethodGet, "/"
		if err := g.Handle(x); err != nil {
			t.Fatal(err)
		}
	}
	if counts["aa"] != 700 || counts["bb"] != 200 || counts["cc"] != 100 {
		t.Fatal(counts)
	}
}
