package spec

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"

	"github.com/banyan-run/banyan/internal/diag"
	"github.com/banyan-run/banyan/internal/graph"
)

var externalNoun = noun{
	name: "external", says: "an external service",
	later:   []string{"auth", "cache", "limit", "protocol", "resources", "secrets", "tls"},
	foreign: map[string]string{"address": "url", "addresses": "endpoints", "host": "url", "hosts": "endpoints"},
	keys: []key{
		{name: "url", doc: "Where it answers: scheme, host, port, and a path that is put before that of every request.", shape: &address, example: "https://bank.example"},
		{name: "endpoints", doc: "Where it answers, as a list of host:port, among which calls are balanced.", shape: &endpoints, example: "[\"10.0.0.5:9000\", \"10.0.0.6:9000\"]"},
		{name: "health", doc: "The path, from the root of the host, that answers 2xx while it can serve; it is taken to be healthy when none is given.", shape: &healthPath, example: "/healthz"},
		{name: "contract", doc: "Its OpenAPI document, relative to this file: --override NAME=mock answers from it.", shape: &contractPath, example: "./openapi.yaml"},
	},
}

var (
	externals = shape{says: "a map of external services", names: &callable, value: &shape{says: "a map", noun: &externalNoun}}
	address   = shape{says: "a URL", forms: []form{text}, parse: parseURL, kind: "string", pattern: "^https?://"}
	endpoint  = shape{says: "an address host:port", forms: []form{text}, parse: parseEndpoint, kind: "string", pattern: `^.+:[0-9]{1,5}$`}
	endpoints = shape{says: "a list of addresses host:port", item: &endpoint, or: &endpoint}
)

// parseURL reads scheme, host, port and a path, which is put before that of every request.
func parseURL(text string) (any, error) {
	const hint = "write scheme and host: https://bank.example, http://10.0.0.5:9000 or https://bank.example/api"
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, wrongly(fmt.Sprintf("%q is no URL of http or https", text), hint)
	case u.User != nil:
		return nil, wrongly("it has a user and a password", "remove them: the service that calls it sends what it needs itself")
	case !isHost(u.Hostname()):
		return nil, wrongly(fmt.Sprintf("%q is neither a host name nor an IP address", u.Hostname()), hostHint)
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return nil, wrongly("it has a query or a fragment", hint)
	}
	if u.Path != "" {
		if _, err := parsePlainPath(u.EscapedPath()); err != nil {
			return nil, err
		}
	}
	if u.Port() != "" {
		if _, port, err := splitAddress(u.Host); err != nil || port == 0 {
			return nil, wrongly(fmt.Sprintf("%q has no port between 1 and 65535", text), hint)
		}
	}
	return text, nil
}

func parseEndpoint(text string) (any, error) {
	host, port, err := splitAddress(text)
	if err != nil || host == "" || port == 0 {
		return nil, wrongly(fmt.Sprintf("%q is no address host:port", text), "write one such as 10.0.0.5:9000")
	}
	if !isHost(host) {
		return nil, wrongly(fmt.Sprintf("%q is neither a host name nor an IP address", host), hostHint)
	}
	return text, nil
}

const hostHint = "write letters, digits, dashes and dots: bank.example; other letters stand in a name as xn--…"

// hostName has the underscore too, which names within a network have.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?$`)

func isHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || hostName.MatchString(host)
}

func (s scope) external(e entry) *graph.External {
	in := s.of(e, &externalNoun, "external."+e.key)
	out := &graph.External{Name: e.key, At: e.at.position()}
	url, _ := valueOf[string](in, "url")
	for _, one := range in.list("endpoints") {
		out.Endpoints = append(out.Endpoints, one.text)
	}
	out.URL, out.Health, out.Contract = url, in.text("health"), in.contract()
	_, hasURL := in.n.find("url")
	many, hasEndpoints := in.n.find("endpoints")
	switch {
	case !hasURL && (!hasEndpoints || many.value.form == list && len(many.value.items) == 0):
		s.add(refuse(e.at, diag.MissingKey, "%s has neither url nor endpoints", in.path).WithHint("add url: https://bank.example, or endpoints"))
	case hasURL && hasEndpoints:
		s.add(refuse(many.at, diag.BadValue, "%s has url and endpoints", in.path).WithHint("remove one"))
	}
	return out
}
