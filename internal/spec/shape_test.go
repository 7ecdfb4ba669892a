package spec

import (
	"path/filepath"
	"testing"
)

func TestNumbersAreYAML12s(t *testing.T) {
	loaded, found := Load(Options{File: write(t, filepath.Join(t.TempDir(), fileName),
		"banyan: 1\napp: shop\nservices:\n  orders: {run: ./orders, replicas: 010, env: {N: 010, F: 1.50}}\n  carts: {run: ./carts, replicas: 0x0a}\n")})
	if len(found) > 0 {
		t.Fatal(found)
	}
	for _, s := range loaded.App.Services {
		if s.Replicas.Count != 10 {
			t.Errorf("%s has %d instances, not 10", s.Name, s.Replicas.Count)
		}
	}
	shown := map[string]any{}
	for _, v := range loaded.Resolved() {
		shown[v.Path] = v.Value
	}
	orders, _ := loaded.App.Service("orders")
	for _, v := range orders.Env {
		if got := shown["services.orders.env."+v.Name]; got != v.Value {
			t.Errorf("%s is shown as %v, and the service sees %q", v.Name, got, v.Value)
		}
	}
	if got := shown["services.orders.replicas"]; got != int64(10) {
		t.Errorf("replicas are shown as %v", got)
	}
}
