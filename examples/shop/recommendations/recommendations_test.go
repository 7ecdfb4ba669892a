package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/service"
)

func list(items ...map[string]any) service.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return service.JSON(w, http.StatusOK, map[string]any{"items": items})
	}
}

// others play the catalog, reviews and orders.
func others(t *testing.T) service.Peer {
	t.Helper()
	item := func(sku, category string) map[string]any {
		return map[string]any{"sku": sku, "name": strings.ToUpper(sku), "category": category, "priceCents": 100, "currency": "EUR"}
	}
	server := httptest.NewServer(service.Routes{
		"GET /products":       list(item("mug", "kitchen"), item("pan", "kitchen"), item("pen", "desk"), item("tent", "outdoor")),
		"GET /reviews/top":    list(map[string]any{"sku": "tent", "average": 5}),
		"GET /together/{sku}": list(map[string]any{"sku": "pen", "count": 2}),
	}.Handler())
	t.Cleanup(server.Close)
	return service.At("others", server.URL)
}

func TestContract(t *testing.T) {
	peer := others(t)
	const recommend = "GET /recommendations"
	contract.Check(t, routes(adviser{peer, peer, peer}), []contract.Case{
		{Name: "with a product in view", Operation: recommend, Path: "/recommendations?sku=mug", Status: 200},
		{Name: "with nothing in view", Operation: recommend, Path: "/recommendations", Status: 200},
	})
	t.Run("without the catalog", func(t *testing.T) {
		w := httptest.NewRecorder()
		routes(adviser{service.At("catalog", ""), peer, peer}).Handler().ServeHTTP(w, httptest.NewRequest("GET", "/recommendations", nil))
		if w.Code != http.StatusBadGateway {
			t.Errorf("answered %d", w.Code)
		}
	})
}

func TestWhatIsRecommended(t *testing.T) {
	peer, gone := others(t), service.At("gone", "")
	for _, row := range []struct {
		says    string
		adviser adviser
		path    string
		want    string
	}{
		{"bought together, then liked, then the same shelf", adviser{peer, peer, peer}, "/recommendations?sku=mug",
			"pen: often bought together, tent: well reviewed, pan: also in kitchen"},
		{"without orders", adviser{peer, peer, gone}, "/recommendations?sku=mug", "tent: well reviewed, pan: also in kitchen, pen: from the catalog"},
		{"without reviews", adviser{peer, gone, peer}, "/recommendations?sku=mug", "pen: often bought together, pan: also in kitchen, tent: from the catalog"},
		{"with the catalog alone", adviser{peer, gone, gone}, "/recommendations?sku=mug", "pan: also in kitchen, pen: from the catalog, tent: from the catalog"},
		{"with nothing in view orders are not asked", adviser{peer, peer, peer}, "/recommendations",
			"tent: well reviewed, mug: from the catalog, pan: from the catalog, pen: from the catalog"},
	} {
		w := httptest.NewRecorder()
		routes(row.adviser).Handler().ServeHTTP(w, httptest.NewRequest("GET", row.path, nil))
		var answer struct{ Items []recommendation }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s: %v", row.says, err)
		}
		var got []string
		for _, item := range answer.Items {
			got = append(got, item.SKU+": "+item.Reason)
		}
		if strings.Join(got, ", ") != row.want {
			t.Errorf("%s: %v, not %s", row.says, got, row.want)
		}
	}
}
