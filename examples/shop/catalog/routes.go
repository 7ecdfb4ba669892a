package main

import (
	"net/http"
	"slices"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(currency string) service.Routes {
	all := seed(currency)
	return service.Routes{
		"GET /products": func(w http.ResponseWriter, r *http.Request) error {
			q := r.URL.Query()
			found := search(all, query{q.Get("q"), q.Get("category"), q.Get("featured") == "true"})
			return service.JSON(w, http.StatusOK, map[string]any{"items": found, "total": len(found)})
		},
		"GET /products/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			i := slices.IndexFunc(all, func(p product) bool { return p.SKU == r.PathValue("sku") })
			if i < 0 {
				return service.Refuse(http.StatusNotFound, "The catalog has no product "+r.PathValue("sku")+".")
			}
			return service.JSON(w, http.StatusOK, all[i])
		},
		"GET /categories": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, map[string]any{"items": categories(all)})
		},
	}
}

// categories are in the order of the catalog, each once.
func categories(all []product) []string {
	names := []string{}
	for _, p := range all {
		if !slices.Contains(names, p.Category) {
			names = append(names, p.Category)
		}
	}
	return names
}
