package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

// others play all services that orders calls, and write down what changed something.
type others struct {
	signer *token.Signer
	calls  []string
}

func (o *others) note(status int, body any) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		o.calls = append(o.calls, r.Method+" "+r.Pattern[len(r.Method)+1:])
		if status >= 400 {
			return service.Refuse(status, "As the test wants it.")
		}
		return service.JSON(w, status, body)
	}
}

func (o *others) routes() service.Routes {
	return service.Routes{
		"GET /.well-known/jwks.json": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, o.signer.Document())
		},
		"GET /carts/{id}": func(w http.ResponseWriter, r *http.Request) error {
			items := map[string][]line{
				"full":      {{SKU: "mug", Quantity: 2, PriceCents: 1}, {SKU: "pen", Quantity: 1, PriceCents: 1}},
				"poor":      {{SKU: "mug", Quantity: 2}},
				"unknown":   {{SKU: "mug", Quantity: 2}},
				"sold-out":  {{SKU: "tray", Quantity: 1}},
				"misspelt":  {{SKU: "mug", Quantity: 1}},
				"recovered": {{SKU: "mug", Quantity: 1}},
				"empty":     {},
			}
			found, known := items[r.PathValue("id")]
			if !known {
				return service.Refuse(http.StatusNotFound, "There is no such cart.")
			}
			return service.JSON(w, http.StatusOK, map[string]any{"id": r.PathValue("id"), "items": found})
		},
		"DELETE /carts/{id}": o.note(http.StatusOK, nil),
		"GET /products/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			return service.JSON(w, http.StatusOK, map[string]any{"name": "A " + r.PathValue("sku"), "priceCents": 1000, "currency": "EUR"})
		},
		"POST /reservations": func(w http.ResponseWriter, r *http.Request) error {
			var wish struct {
				OrderID string
				Items   []struct {
					SKU      string
					Quantity int
				}
			}
			if err := service.Read(w, r, &wish); err != nil {
				return err
			}
			if wish.Items[0].SKU == "tray" {
				return o.note(http.StatusConflict, nil)(w, r)
			}
			return o.note(http.StatusCreated, wish)(w, r)
		},
		"POST /reservations/{id}/sale": o.note(http.StatusOK, nil),
		"DELETE /reservations/{id}":    o.note(http.StatusOK, nil),
		"POST /charges": func(w http.ResponseWriter, r *http.Request) error {
			var q struct {
				OrderID, Currency, Card string
				AmountCents             int
			}
			if err := service.Read(w, r, &q); err != nil {
				return err
			}
			status := map[string]int{"declined": 402, "typing error": 422, "fails": 500}[q.Card]
			if status == 0 {
				status = http.StatusCreated
			}
			return o.note(status, q)(w, r)
		},
		"POST /charges/{id}/refund": o.note(http.StatusOK, nil),
	}
}

// start returns the routes under test, what the others saw, and a customer's header.
func start(t *testing.T) (service.Routes, *others, *store, map[string]string) {
	t.Helper()
	signer, err := token.NewSigner()
	if err != nil {
		t.Fatal(err)
	}
	o := &others{signer: signer}
	server := httptest.NewServer(o.routes().Handler())
	t.Cleanup(server.Close)
	peer, orders := service.At("others", server.URL), newStore()
	raw, err := signer.Sign("ada", "Ada", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return routes(&checkout{peer, peer, peer, peer, orders}, token.KeysOf(peer)), o, orders, map[string]string{"Authorization": "Bearer " + raw}
}

func TestContract(t *testing.T) {
	under, _, orders, ada := start(t)
	orders.add(order{ID: "1", Items: []line{}, Currency: "EUR", Status: paid, customer: "ada"})
	orders.add(order{ID: "2", Items: []line{}, Currency: "EUR", Status: paid, customer: "grace"})
	const place, list, find = "POST /orders", "GET /orders", "GET /orders/{id}"
	contract.Check(t, under, []contract.Case{
		{Name: "a cart is ordered", Operation: place, Path: "/orders", Header: ada, Status: 201, Body: `{"cartId": "full", "card": "good"}`},
		{Name: "and once only", Operation: place, Path: "/orders", Header: ada, Status: 409, Body: `{"cartId": "full", "card": "good"}`},
		{Name: "the card is declined", Operation: place, Path: "/orders", Header: ada, Status: 402, Body: `{"cartId": "poor", "card": "declined"}`},
		{Name: "and the next one is not", Operation: place, Path: "/orders", Header: ada, Status: 201, Body: `{"cartId": "poor", "card": "good"}`},
		{Name: "too few are left", Operation: place, Path: "/orders", Header: ada, Status: 409, Body: `{"cartId": "sold-out", "card": "good"}`},
		{Name: "payments fails", Operation: place, Path: "/orders", Header: ada, Status: 502, Body: `{"cartId": "unknown", "card": "fails"}`},
		{Name: "a typing error in the card", Operation: place, Path: "/orders", Header: ada, Status: 422, Body: `{"cartId": "misspelt", "card": "typing error"}`},
		{Name: "an empty cart", Operation: place, Path: "/orders", Header: ada, Status: 409, Body: `{"cartId": "empty", "card": "good"}`},
		{Name: "no such cart", Operation: place, Path: "/orders", Header: ada, Status: 404, Body: `{"cartId": "none", "card": "good"}`},
		{Name: "no card", Operation: place, Path: "/orders", Header: ada, Status: 422, Body: `{"cartId": "recovered"}`},
		{Name: "no JSON", Operation: place, Path: "/orders", Header: ada, Status: 400, Body: `{`},
		{Name: "nobody", Operation: place, Path: "/orders", Status: 401, Body: `{"cartId": "recovered", "card": "good"}`},
		{Name: "what I ordered", Operation: list, Path: "/orders", Header: ada, Status: 200},
		{Name: "nobody's orders", Operation: list, Path: "/orders", Status: 401},
		{Name: "one order", Operation: find, Path: "/orders/1", Header: ada, Status: 200},
		{Name: "somebody else's", Operation: find, Path: "/orders/2", Header: ada, Status: 404},
		{Name: "nobody's order", Operation: find, Path: "/orders/1", Status: 401},
		{Name: "bought together", Operation: "GET /together/{sku}", Path: "/together/trail-tent", Status: 200},
	})
}

func TestAFailedStepUndoesThoseBeforeIt(t *testing.T) {
	const reserve, sell, release = "POST /reservations", "POST /reservations/{id}/sale", "DELETE /reservations/{id}"
	const charge, refund, empty = "POST /charges", "POST /charges/{id}/refund", "DELETE /carts/{id}"
	for _, row := range []struct {
		says, cart, card, status string
		calls                    []string
	}{
		{"all goes well", "full", "good", paid, []string{reserve, charge, sell, empty}},
		{"the card is declined", "full", "declined", declined, []string{reserve, charge, refund, release}},
		{"nobody knows whether money was taken", "full", "fails", failed, []string{reserve, charge, refund, release}},
		{"too few are left", "sold-out", "good", failed, []string{reserve, release}},
	} {
		t.Run(row.says, func(t *testing.T) {
			under, others, orders, ada := start(t)
			r := httptest.NewRequest("POST", "/orders", jsonBody(row.cart, row.card))
			r.Header.Set("Authorization", ada["Authorization"])
			under.Handler().ServeHTTP(httptest.NewRecorder(), r)
			if !slices.Equal(others.calls, row.calls) {
				t.Errorf("the others saw %v, not %v", others.calls, row.calls)
			}
			kept := orders.of("ada")
			if len(kept) != 1 || kept[0].Status != row.status {
				t.Fatalf("kept is %+v, not one that is %s", kept, row.status)
			}
			if kept[0].Items[0].PriceCents != 1000 {
				t.Errorf("the price is %d: it came from the cart, not from the catalog", kept[0].Items[0].PriceCents)
			}
		})
	}
}
