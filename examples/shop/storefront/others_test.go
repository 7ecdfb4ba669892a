package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

// item is a mug as the catalog and the cart show it; its name would be markup if a page did not escape it.
func item() map[string]any {
	return map[string]any{"sku": "mug", "name": "A <b>mug</b>", "category": "kitchen", "priceCents": 1850, "currency": "EUR", "quantity": 2}
}

func answer(status int, value any) service.Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		if detail, is := value.(string); is {
			return service.Refuse(status, detail)
		}
		return service.JSON(w, status, value)
	}
}

func items(all ...any) map[string]any {
	if all == nil {
		all = []any{}
	}
	return map[string]any{"items": all}
}

// others plays all services that the pages ask.
func others(signer *token.Signer) service.Routes {
	cart := map[string]any{"id": "full", "items": []any{item()}, "totalCents": 3700}
	bought := map[string]any{"id": "o1", "items": []any{item()}, "totalCents": 3700, "currency": "EUR", "status": "paid", "placedAt": time.Unix(0, 0).UTC()}
	return service.Routes{
		"GET /.well-known/jwks.json": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, signer.Document())
		},
		"GET /categories": answer(200, map[string]any{"items": []string{"kitchen", "desk"}}),
		"GET /products": func(w http.ResponseWriter, r *http.Request) error {
			if r.URL.Query().Get("q") == "submarine" {
				return service.JSON(w, 200, items())
			}
			return service.JSON(w, 200, items(item()))
		},
		"GET /products/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			if r.PathValue("sku") != "mug" {
				return service.Refuse(http.StatusNotFound, "The catalog has no such product.")
			}
			return service.JSON(w, 200, item())
		},
		"GET /stock/mug":                    answer(200, map[string]any{"sku": "mug", "available": 3}),
		"GET /reviews":                      answer(200, items(map[string]any{"stars": 4, "text": "Round.", "author": "Ines", "at": time.Unix(0, 0).UTC()})),
		"GET /recommendations":              answer(200, items(map[string]any{"sku": "pen", "name": "Pen", "priceCents": 100, "currency": "EUR", "reason": "also in desk"})),
		"POST /reviews":                     signed(answer(201, item())),
		"POST /carts":                       answer(201, map[string]any{"id": "full", "items": []any{}, "totalCents": 0}),
		"GET /carts/full":                   answer(200, cart),
		"PUT /carts/full/items/{sku}":       answer(200, cart),
		"DELETE /carts/full/items/{sku}":    answer(200, cart),
		"POST /users":                       answer(201, map[string]any{}),
		"POST /users/login":                 login(signer),
		"GET /orders":                       signed(answer(200, items(bought))),
		"GET /orders/o1":                    signed(answer(200, bought)),
		"POST /orders":                      signed(buy(bought)),
		"GET /carts/{id}":                   answer(404, "There is no such cart."),
		"GET /orders/{id}":                  signed(answer(404, "You have no such order.")),
		"DELETE /carts/{id}/items/{sku...}": answer(404, "There is no such cart."),
	}
}

func login(signer *token.Signer) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var c struct{ Email, Password string }
		if err := service.Read(w, r, &c); err != nil {
			return err
		}
		if c.Password != "difference-engine" {
			return service.Refuse(http.StatusUnauthorized, "The e-mail address or the password is not right.")
		}
		raw, err := signer.Sign("ada", "Ada", time.Now())
		if err != nil {
			return err
		}
		return service.JSON(w, 200, map[string]any{"access_token": raw, "expires_in": 3600})
	}
}

func buy(bought map[string]any) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var wish struct{ CartID, Card string }
		if err := service.Read(w, r, &wish); err != nil {
			return err
		}
		if wish.Card == "declined" {
			return service.Refuse(http.StatusPaymentRequired, "The card was declined.")
		}
		return service.JSON(w, 201, bought)
	}
}

// signed refuses what comes without a token.
func signed(next service.Handler) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if len(r.Header.Get("Authorization")) < len("Bearer x") {
			return service.Refuse(http.StatusUnauthorized, "A bearer token is needed.")
		}
		return next(w, r)
	}
}

// start returns a front whose services are all played, but for those named gone, and a cookie header of Ada with a cart.
func start(t *testing.T, gone ...string) (*front, string) {
	t.Helper()
	signer, err := token.NewSigner()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(others(signer).Handler())
	t.Cleanup(server.Close)
	raw, err := signer.Sign("ada", "Ada", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return newFront(func(name string) service.Peer {
		for _, g := range gone {
			if g == name {
				return service.At(name, "")
			}
		}
		return service.At(name, server.URL)
	}), "cart=full; session=" + raw
}
