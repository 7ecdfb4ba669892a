package doctor

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/banyan-run/banyan/internal/graph"
)

// proxies looks for an environment that sends calls on this machine to a company's proxy. Only variables for plain HTTP
// matter: calls between services are that.
func proxies() Check {
	return Check{Name: "proxies", Why: "services inherit the proxy; clients of Node, Python, curl and others then send even http://127.0.0.1 to it, where calls end", Look: func(_ context.Context, s Subject) []Result {
		shell := func(name string) string { return outside(s, name) }
		by := proxied(shell)
		if by == "" {
			return inFile(s)
		}
		switch misses := missed(shell); {
		case slices.Contains(misses, "127.0.0.1"):
			return failed(fmt.Sprintf("%s is set, and NO_PROXY does not name %s", by, strings.Join(misses, " and ")), `export NO_PROXY="localhost,127.0.0.1,::1${NO_PROXY:+,$NO_PROXY}" no_proxy="localhost,127.0.0.1,::1${NO_PROXY:+,$NO_PROXY}"`)
		case len(misses) > 0:
			return warning(fmt.Sprintf("%s is set, and NO_PROXY does not name localhost", by), `export NO_PROXY="localhost,$NO_PROXY" no_proxy="localhost,$NO_PROXY"`)
		}
		return fine("%s is set, and NO_PROXY keeps calls on this machine away from it", by)
	}}
}

// inFile are services whose own env sets what the shell does not.
func inFile(s Subject) []Result {
	var found []Result
	for _, service := range servicesOf(s) {
		of := func(name string) string { return variable(s, service, name) }
		if by := proxied(of); by != "" && slices.Contains(missed(of), "127.0.0.1") {
			found = append(found, Result{Failed, fmt.Sprintf("%s is set for %s (%s), and NO_PROXY does not name 127.0.0.1", by, service.Name, positionOf(service, by)),
				fmt.Sprintf("env: {NO_PROXY: \"localhost,127.0.0.1\"}   for %s in the file", service.Name)})
		}
	}
	if len(found) == 0 {
		return fine("none is set for plain HTTP")
	}
	return found
}

func positionOf(service *graph.Service, name string) string {
	for _, v := range service.Env {
		if v.Name == name {
			return v.At.String()
		}
	}
	return service.At.String()
}

// proxied is the variable that names a proxy for plain HTTP. Its value may hold a password and is never shown.
func proxied(value func(string) string) string {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"} {
		if value(name) != "" {
			return name
		}
	}
	return ""
}

// missed are the names of this machine that no exception covers. Both spellings must: clients read the one or the other.
func missed(value func(string) string) []string {
	var misses []string
	for _, name := range []string{"127.0.0.1", "localhost"} {
		upper, lower := value("NO_PROXY"), value("no_proxy")
		covered := excepts(upper, name) && (lower == "" || excepts(lower, name)) || upper == "" && excepts(lower, name)
		if !covered {
			misses = append(misses, name)
		}
	}
	return misses
}

func excepts(list, name string) bool {
	for _, entry := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		entry = strings.TrimPrefix(strings.ToLower(entry), ".")
		if entry == "*" || entry == name {
			return true
		}
		prefix, err := netip.ParsePrefix(entry)
		if address, of := netip.ParseAddr(name); err == nil && of == nil && prefix.Contains(address) {
			return true
		}
	}
	return false
}
