package main

import (
	"net/http"
	"net/url"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func routes(reviews *store, catalog service.Peer, keys *token.Keys) service.Routes {
	return service.Routes{
		"GET /reviews": func(w http.ResponseWriter, r *http.Request) error {
			sku := r.URL.Query().Get("sku")
			if sku == "" {
				return service.Refuse(http.StatusBadRequest, "Say of which product: /reviews?sku=desk-lamp.")
			}
			return service.JSON(w, http.StatusOK, map[string]any{"items": reviews.of(sku)})
		},
		"GET /reviews/top": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, map[string]any{"items": reviews.top()})
		},
		"POST /reviews": func(w http.ResponseWriter, r *http.Request) error {
			customer, err := keys.Customer(w, r)
			if err != nil {
				return err
			}
			var wish struct {
				SKU, Text string
				Stars     int
			}
			if err := service.Read(w, r, &wish); err != nil {
				return err
			}
			if err := catalog.Call(r, http.MethodGet, "/products/"+url.PathEscape(wish.SKU), nil, nil); err != nil {
				return err
			}
			made, err := reviews.add(review{SKU: wish.SKU, Stars: wish.Stars, Text: wish.Text, Author: customer.Name, customer: customer.Subject})
			if err != nil {
				return err
			}
			return service.JSON(w, http.StatusCreated, made)
		},
	}
}
