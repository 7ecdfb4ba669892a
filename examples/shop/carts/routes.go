package main

import (
	"net/http"
	"net/url"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(carts *store, catalog service.Peer) service.Routes {
	return service.Routes{
		"POST /carts": func(w http.ResponseWriter, _ *http.Request) error {
			c := carts.create()
			w.Header().Set("Location", "/carts/"+c.ID)
			return service.JSON(w, http.StatusCreated, c)
		},
		"GET /carts/{id}": func(w http.ResponseWriter, r *http.Request) error {
			return answer(w)(carts.find(r.PathValue("id")))
		},
		"DELETE /carts/{id}": func(w http.ResponseWriter, r *http.Request) error {
			carts.remove(r.PathValue("id"))
			w.WriteHeader(http.StatusNoContent)
			return nil
		},
		"PUT /carts/{id}/items/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			var wish struct{ Quantity int }
			if err := service.Read(w, r, &wish); err != nil {
				return err
			}
			if wish.Quantity < 1 || wish.Quantity > maxQuantity {
				return service.Refuse(http.StatusUnprocessableEntity, "The quantity is 1 to 99; DELETE takes a product out.")
			}
			l := line{SKU: r.PathValue("sku"), Quantity: wish.Quantity}
			var p struct {
				Name       string
				PriceCents int
				Currency   string
			}
			if err := catalog.Call(r, http.MethodGet, "/products/"+url.PathEscape(l.SKU), nil, &p); err != nil {
				return err
			}
			l.Name, l.PriceCents, l.Currency = p.Name, p.PriceCents, p.Currency
			return answer(w)(carts.put(r.PathValue("id"), l))
		},
		"DELETE /carts/{id}/items/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			return answer(w)(carts.put(r.PathValue("id"), line{SKU: r.PathValue("sku")}))
		},
	}
}

func answer(w http.ResponseWriter) func(cart, error) error {
	return func(c cart, err error) error {
		if err != nil {
			return err
		}
		return service.JSON(w, http.StatusOK, c)
	}
}
