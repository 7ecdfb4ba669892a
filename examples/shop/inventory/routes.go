package main

import (
	"net/http"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(s *shelves) service.Routes {
	return service.Routes{
		"GET /stock/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			sku := r.PathValue("sku")
			n, known := s.available(sku)
			if !known {
				return service.Refuse(http.StatusNotFound, "There is no shelf for "+sku+".")
			}
			return service.JSON(w, http.StatusOK, map[string]any{"sku": sku, "available": n})
		},
		"POST /reservations": reserve(s),
		"POST /reservations/{id}/sale": func(w http.ResponseWriter, r *http.Request) error {
			made, err := s.sell(r.PathValue("id"))
			if err != nil {
				return err
			}
			return service.JSON(w, http.StatusOK, made)
		},
		"DELETE /reservations/{id}": func(w http.ResponseWriter, r *http.Request) error {
			if err := s.release(r.PathValue("id")); err != nil {
				return err
			}
			w.WriteHeader(http.StatusNoContent)
			return nil
		},
	}
}

func reserve(s *shelves) service.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var wish struct {
			OrderID string
			Items   []line
		}
		if err := service.Read(w, r, &wish); err != nil {
			return err
		}
		if wish.OrderID == "" || len(wish.Items) == 0 {
			return service.Refuse(http.StatusUnprocessableEntity, "A reservation has an orderId and at least one item.")
		}
		made, err := s.reserve(wish.OrderID, wish.Items)
		if err != nil {
			return err
		}
		return service.JSON(w, http.StatusCreated, made)
	}
}
