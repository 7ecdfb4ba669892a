package main

import (
	"net/http"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(a adviser) service.Routes {
	return service.Routes{
		"GET /recommendations": func(w http.ResponseWriter, r *http.Request) error {
			sku := r.URL.Query().Get("sku")
			all, err := a.products(r)
			if err != nil {
				return err
			}
			return service.JSON(w, http.StatusOK, map[string]any{"items": rank(all, sku, a.know(r, sku))})
		},
	}
}
