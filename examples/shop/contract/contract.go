// Package contract holds a service against its openapi.yaml: each route is an operation and each operation a route, each is
// called at least once with success, and every answer has a status, a content type and a body that the contract declares.
// Only tests import it.
package contract

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// Case is one request and the status it is to be answered with; cases run in order.
type Case struct {
	Name string
	// Operation is the contract's "METHOD /path/{parameter}"; Path is what is sent.
	Operation, Path string
	// Body is JSON, or a form where it does not begin with a brace.
	Body   string
	Header map[string]string
	Status int
}

// Check fails the test wherever service and contract differ.
func Check(t *testing.T, routes service.Routes, cases []Case) {
	t.Helper()
	d := read(t)
	operations, served := d.operations(), map[string]bool{"GET /healthz": true}
	for pattern := range routes {
		served[strings.TrimSuffix(pattern, "{$}")] = true // a path that ends here, in net/http's words
	}
	for name, o := range operations {
		if !served[name] {
			t.Errorf("the contract declares %s, which is not served", name)
		}
		if o.Summary == "" || len(o.Responses) == 0 {
			t.Errorf("%s lacks a summary or responses", name)
		}
	}
	for name := range served {
		if _, declared := operations[name]; !declared {
			t.Errorf("%s is served, and the contract does not declare it", name)
		}
	}
	server := httptest.NewServer(routes.Handler())
	defer server.Close()
	for _, c := range append(cases, Case{Name: "it is healthy", Operation: "GET /healthz", Path: "/healthz", Status: http.StatusOK}) {
		t.Run(c.Name, func(t *testing.T) {
			if d.answers(t, server.URL, c) {
				delete(operations, c.Operation)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(operations)) {
		t.Errorf("no case answers %s with success", name)
	}
}
