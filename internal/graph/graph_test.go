package graph

import (
	"slices"
	"testing"
)

func app(calls map[string][]string) *App {
	a := &App{}
	for name, callees := range calls {
		s := &Service{Name: name}
		for _, c := range callees {
			s.Calls = append(s.Calls, &Call{To: c})
		}
		a.Services = append(a.Services, s)
	}
	slices.SortFunc(a.Services, func(x, y *Service) int { return compareNames(x.Name, y.Name) })
	return a
}

func TestOrder(t *testing.T) {
	rows := []struct {
		sentence string
		calls    map[string][]string
		want     []string
	}{
		{"callees come before callers", map[string][]string{"a": {"b"}, "b": {"c"}, "c": nil}, []string{"c", "b", "a"}},
		{"a cycle stands together, after what it calls", map[string][]string{"a": {"b"}, "b": {"a", "c"}, "c": nil}, []string{"c", "a", "b"}},
		{"a service that calls itself is no cycle of others", map[string][]string{"a": {"a"}}, []string{"a"}},
		{"what is external has no place", map[string][]string{"a": {"elsewhere"}}, []string{"a"}},
	}
	for _, row := range rows {
		t.Run(row.sentence, func(t *testing.T) {
			var got []string
			for _, s := range app(row.calls).Order() {
				got = append(got, s.Name)
			}
			if !slices.Equal(got, row.want) {
				t.Fatalf("order %v, want %v", got, row.want)
			}
		})
	}
}

func TestCallers(t *testing.T) {
	a := app(map[string][]string{"orders": {"catalog"}, "catalog": nil})
	a.Edge.Routes = []*Route{{Targets: []Target{{To: "catalog"}}}}
	if got := a.Callers("catalog"); !slices.Equal(got, []string{Gateway, "orders"}) {
		t.Fatalf("callers of catalog: %v", got)
	}
}

func TestCallVariables(t *testing.T) {
	for _, v := range CallVariables("orders-next", "127.0.0.1:7001") {
		if v.Name == "ORDERS_NEXT_URL" && v.Value == "http://127.0.0.1:7001" {
			return
		}
	}
	t.Fatal("ORDERS_NEXT_URL is missing")
}

func TestWhatIsUsedComesFirst(t *testing.T) {
	kv := &Resource{Name: "zkv", Exports: []Variable{{Name: "KV", Value: "http://127.0.0.1:" + PortMark}}}
	a := app(map[string][]string{"orders": nil, "zkv": nil})
	a.Services[0].Uses = []Use{{Resource: "zkv"}}
	a.Services[1].Resource, a.Resources = kv, []*Resource{kv}
	if order := a.Order(); order[0].Name != "zkv" {
		t.Errorf("%s comes first", order[0].Name)
	}
	if got := a.Callers("zkv"); !slices.Equal(got, []string{"orders"}) {
		t.Errorf("users of zkv: %v", got)
	}
	if v := kv.Variables(7); v[0].Value != "http://127.0.0.1:7" || kv.Exports[0].Value == v[0].Value {
		t.Errorf("with its port it exports %v, without %v", v, kv.Exports)
	}
	if v := kv.Variables(0); v[0].Value != kv.Exports[0].Value {
		t.Errorf("without a port it exports %v", v)
	}
}
