package main

import (
	"net/http"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func routes(c *checkout, keys *token.Keys) service.Routes {
	return service.Routes{
		"POST /orders": place(c, keys),
		"GET /orders": func(w http.ResponseWriter, r *http.Request) error {
			customer, err := keys.Customer(w, r)
			if err != nil {
				return err
			}
			return service.JSON(w, http.StatusOK, map[string]any{"items": c.orders.of(customer.Subject)})
		},
		"GET /orders/{id}": func(w http.ResponseWriter, r *http.Request) error {
			customer, err := keys.Customer(w, r)
			if err != nil {
				return err
			}
			o, known := c.orders.find(customer.Subject, r.PathValue("id"))
			if !known {
				return service.Refuse(http.StatusNotFound, "You have no such order.")
			}
			return service.JSON(w, http.StatusOK, o)
		},
		"GET /together/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			baskets := append(history(), c.orders.baskets()...)
			return service.JSON(w, http.StatusOK, map[string]any{"items": together(baskets, r.PathValue("sku"))})
		},
	}
}

func place(c *checkout, keys *token.Keys) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		customer, err := keys.Customer(w, r)
		if err != nil {
			return err
		}
		var wish struct{ CartID, Card string }
		if err := service.Read(w, r, &wish); err != nil {
			return err
		}
		if wish.CartID == "" || wish.Card == "" {
			return service.Refuse(http.StatusUnprocessableEntity, "An order has a cartId and a card.")
		}
		o, err := c.place(r, customer.Subject, wish.CartID, wish.Card)
		if err != nil {
			return err
		}
		w.Header().Set("Location", "/orders/"+o.ID)
		return service.JSON(w, http.StatusCreated, o)
	}
}
