package spec

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
	"github.com/banyan-run/banyan/internal/unit"
)

var gatewayNoun = noun{
	name: "gateway", says: "the gateway",
	later:   []string{"allow", "auth", "cache", "compress", "cors", "headers", "http3", "limit", "tls", "trust", "waf"},
	foreign: map[string]string{"address": "listen", "bind": "listen", "port": "listen"},
	keys: []key{
		{name: "listen", doc: "The address at which the application answers, host:port.", shape: &listen, standard: graph.DefaultListen, example: "\"127.0.0.1:8080\""},
		{name: "https", doc: "Answer under TLS too, with certificates of this user's own authority: true for " + graph.DefaultHTTPS + ", or another loopback address; in the environment local alone.", shape: &https, example: "true"},
		{name: "timeout", doc: "How long a request may take, unless its route says otherwise.", shape: &instant, standard: unit.Duration(graph.DefaultRouteTimeout), example: "30s"},
		{name: "routes", doc: "What is exposed. Their order decides nothing: the more specific path wins.", shape: &routes, example: "[{path: \"/**\", to: orders}]"},
	},
}

var (
	listen = shape{says: "an address host:port", forms: []form{text}, parse: parseListen, kind: "string", pattern: `^.*:[0-9]{1,5}$`}
	https  = shape{
		says: "true or false", forms: []form{flag}, parse: parseUsualHTTPS, kind: "boolean",
		or: &shape{says: "an address host:port", forms: []form{text}, parse: parseHTTPS, kind: "string", pattern: `^.*:[0-9]{1,5}$`},
	}
	routes = shape{says: "a list of routes", item: &shape{says: "a route", noun: &routeNoun}}
)

func parseListen(text string) (any, error) {
	host, _, err := splitAddress(text)
	if err != nil {
		return nil, wrongly(fmt.Sprintf("%q is no address host:port", text), "write one such as 127.0.0.1:8080")
	}
	if _, err := netip.ParseAddr(host); err != nil && host != "" && host != "localhost" {
		return nil, wrongly(fmt.Sprintf("%q is no IP address", host), "write 127.0.0.1 for this machine alone, or the address of an interface")
	}
	return text, nil
}

func parseUsualHTTPS(text string) (any, error) {
	if strings.EqualFold(text, "true") {
		return graph.DefaultHTTPS, nil
	}
	return "", nil
}

// parseHTTPS takes only what no other machine reaches: nobody else trusts the certificates.
func parseHTTPS(text string) (any, error) {
	const hint = "write true, or an address such as " + graph.DefaultHTTPS
	if _, err := parseListen(text); err != nil {
		return nil, wrongly(err.Error(), hint)
	}
	if !loopback(text) {
		return nil, wrongly(fmt.Sprintf("other machines can reach %s, and only this one trusts the certificates", text), hint)
	}
	return text, nil
}

func (s scope) gateway() graph.Edge {
	edge := graph.Edge{At: s.at.position()}
	text, at := valueOf[string](s, "listen")
	edge.Listen, edge.ListenAt = text, at.position()
	if !loopback(text) {
		d := refuse(at, diag.BadValue, "the gateway listens at %s, which other machines can reach", text).
			WithHint("listen at 127.0.0.1 to serve this machine alone")
		d.Severity = diag.Warning
		s.add(d)
	}
	text, at = valueOf[string](s, "https")
	edge.HTTPS, edge.HTTPSAt = text, at.position()
	if text != "" && text == edge.Listen {
		s.add(refuse(at, diag.BadValue, "the gateway cannot speak HTTP and HTTPS at %s", text).WithHint("choose another port, such as %s", graph.DefaultHTTPS))
	}
	edge.Timeout = s.duration("timeout")
	e, _, given := s.find("routes")
	if !given || e.value.form != list {
		return edge
	}
	for i, item := range e.value.items {
		one, ok := s.evaluated(entry{fmt.Sprintf("entry %d of routes", i+1), item.at, item}, &shape{noun: &routeNoun})
		if !ok {
			continue
		}
		route := s.of(one, &routeNoun, fmt.Sprintf("gateway.routes[%d]", i))
		edge.Routes = append(edge.Routes, route.route(edge.Timeout))
	}
	s.nameRoutes(edge.Routes)
	return edge
}

func loopback(listen string) bool {
	host, _, err := splitAddress(listen)
	address, wrong := netip.ParseAddr(host)
	return err != nil || strings.EqualFold(host, "localhost") || wrong == nil && address.IsLoopback()
}
