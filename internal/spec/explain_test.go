package spec

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestEachValueTellsWhatItReplaced(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, ".env"), "CURRENCY=EUR\nONLY=here\n")
	write(t, filepath.Join(folder, ".env.local"), "ONLY=there\n")
	write(t, filepath.Join(folder, localName), "services:\n  orders: {replicas: 4, run: ./mine}\n")
	main := write(t, filepath.Join(folder, fileName), `banyan: 1
app: shop
services:
  orders:
    run: ./orders
    replicas: 2
    calls: {catalog: {timeout: 2s}}
    env: {CURRENCY: USD}
  catalog: {run: ./catalog}
environments:
  local:
    services: {orders: {replicas: "${1 + 2}", calls: {catalog: {timeout: 3s}}}}
`)
	loaded, found := Load(Options{File: main})
	if len(found) > 0 {
		t.Fatal(found)
	}
	got := map[string]string{}
	for _, v := range loaded.Resolved() {
		var chain []string
		for _, p := range v.Past {
			chain = append(chain, fmt.Sprintf("%v %s", p.Value, p.Source))
		}
		got[v.Path] = strings.Join(append(chain, fmt.Sprintf("%v %s", v.Value, v.Source)), " < ")
	}
	for path, want := range map[string]string{
		"services.orders.replicas":              "1 default < 2 banyan.yaml:6:15 < ${1 + 2} banyan.yaml:12:35 (environment local) < 4 banyan.local.yaml:2:22",
		"services.orders.run":                   "./orders banyan.yaml:5:10 < [./mine] banyan.local.yaml:2:30",
		"services.orders.calls.catalog.timeout": "15s default < 2s banyan.yaml:7:32 < 3s banyan.yaml:12:74 (environment local)",
		"services.orders.env.CURRENCY":          "EUR .env:1:1 < USD banyan.yaml:8:21",
		"services.orders.env.ONLY":              "here .env:2:1 < there .env.local:1:1",
		"services.catalog.replicas":             "1 default",
		"app":                                   "shop banyan.yaml:2:6",
	} {
		if got[path] != want {
			t.Errorf("%s is\n%s\nwant\n%s", path, got[path], want)
		}
	}
}
