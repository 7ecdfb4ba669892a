package main

import (
	"net/http"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func routes(l *ledger) service.Routes {
	return service.Routes{
		"POST /charges": func(w http.ResponseWriter, r *http.Request) error {
			var q request
			if err := service.Read(w, r, &q); err != nil {
				return err
			}
			c, err := l.charge(q)
			if err != nil {
				return err
			}
			service.Log(r).Info("charged", "order", c.ID, "amountCents", c.AmountCents, "currency", c.Currency)
			return service.JSON(w, http.StatusCreated, c)
		},
		"GET /charges/{id}": func(w http.ResponseWriter, r *http.Request) error {
			c, known := l.find(r.PathValue("id"))
			if !known {
				return service.Refuse(http.StatusNotFound, "This order was not charged.")
			}
			return service.JSON(w, http.StatusOK, c)
		},
		"POST /charges/{id}/refund": func(w http.ResponseWriter, r *http.Request) error {
			c := l.refund(r.PathValue("id"))
			service.Log(r).Info("refunded", "order", c.ID, "amountCents", c.AmountCents)
			return service.JSON(w, http.StatusOK, c)
		},
	}
}
