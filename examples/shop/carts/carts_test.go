package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/service"
)

// catalog sells mugs for 18.50 and nothing else.
func catalog(t *testing.T) service.Peer {
	t.Helper()
	server := httptest.NewServer(service.Routes{
		"GET /products/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			switch r.PathValue("sku") {
			case "mug":
			case "broken":
				return errors.New("no disk")
			default:
				return service.Refuse(http.StatusNotFound, "The catalog has no such product.")
			}
			return service.JSON(w, http.StatusOK, map[string]any{"sku": "mug", "name": "Mug", "priceCents": 1850, "currency": "EUR"})
		},
	}.Handler())
	t.Cleanup(server.Close)
	return service.At("catalog", server.URL)
}

func TestContract(t *testing.T) {
	carts := newStore()
	id := carts.create().ID
	const create, find, remove = "POST /carts", "GET /carts/{id}", "DELETE /carts/{id}"
	const put, take = "PUT /carts/{id}/items/{sku}", "DELETE /carts/{id}/items/{sku}"
	contract.Check(t, routes(carts, catalog(t)), []contract.Case{
		{Name: "a new cart", Operation: create, Path: "/carts", Status: 201},
		{Name: "two mugs", Operation: put, Path: "/carts/" + id + "/items/mug", Body: `{"quantity": 2}`, Status: 200},
		{Name: "what is not sold", Operation: put, Path: "/carts/" + id + "/items/submarine", Body: `{"quantity": 1}`, Status: 404},
		{Name: "a path in place of a product", Operation: put, Path: "/carts/" + id + "/items/..%2Fadmin", Body: `{"quantity": 1}`, Status: 404},
		{Name: "the catalog fails", Operation: put, Path: "/carts/" + id + "/items/broken", Body: `{"quantity": 1}`, Status: 502},
		{Name: "none", Operation: put, Path: "/carts/" + id + "/items/mug", Body: `{"quantity": 0}`, Status: 422},
		{Name: "no JSON", Operation: put, Path: "/carts/" + id + "/items/mug", Body: `{`, Status: 400},
		{Name: "into a cart that is not there", Operation: put, Path: "/carts/0/items/mug", Body: `{"quantity": 1}`, Status: 404},
		{Name: "what is in it", Operation: find, Path: "/carts/" + id, Status: 200},
		{Name: "the mugs go back", Operation: take, Path: "/carts/" + id + "/items/mug", Status: 200},
		{Name: "out of a cart that is not there", Operation: take, Path: "/carts/0/items/mug", Status: 404},
		{Name: "it goes", Operation: remove, Path: "/carts/" + id, Status: 204},
		{Name: "and is gone", Operation: find, Path: "/carts/" + id, Status: 404},
	})
}

func TestTotals(t *testing.T) {
	s := newStore()
	id := s.create().ID
	put := func(says string, l line, lines, total int) {
		t.Helper()
		c, err := s.put(id, l)
		if err != nil || len(c.Items) != lines || c.TotalCents != total {
			t.Errorf("%s: %+v, %v; not %d lines and %d", says, c, err, lines, total)
		}
	}
	put("one product", line{SKU: "mug", Quantity: 2, PriceCents: 100}, 1, 200)
	before, _ := s.find(id)
	put("the same again sets its quantity", line{SKU: "mug", Quantity: 3, PriceCents: 100}, 1, 300)
	put("another", line{SKU: "pen", Quantity: 1, PriceCents: 50}, 2, 350)
	put("0 takes it out", line{SKU: "mug"}, 1, 50)
	put("also what is not in it", line{SKU: "mug"}, 1, 50)
	if before.Items[0].Quantity != 2 {
		t.Error("a cart that was read changes under its reader")
	}
	for i := range maxLines - 1 {
		if _, err := s.put(id, line{SKU: fmt.Sprint(i), Quantity: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.put(id, line{SKU: "one more", Quantity: 1}); err == nil {
		t.Error("a cart has no end")
	}
}
