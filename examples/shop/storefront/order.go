package main

import (
	"errors"
	"net/http"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
)

type order struct {
	ID         string
	Items      []line
	TotalCents int
	Currency   string
	Status     string
	PlacedAt   time.Time
}

func (f *front) checkout(r *http.Request, p *page) error {
	if _, known := f.customer(r); !known {
		return service.Refuse(http.StatusUnauthorized, "Log in to order.")
	}
	p.Title, p.Data = "Checkout", f.basket(r)
	return nil
}

// order buys the cart; what is wrong with the card is shown above the form.
func (f *front) order(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	var o order
	wish := map[string]string{"cartId": cookie(r, cartCookie), "card": r.PostFormValue("card")}
	err := f.orders.With("Authorization", bearer(r)).Call(r, http.MethodPost, "/orders", wish, &o)
	problem := (*service.Problem)(nil)
	switch {
	case err == nil:
		keep(w, r, cartCookie, "", -1)
		return see(w, "/shop/orders/"+seg(o.ID))
	case errors.As(err, &problem) && problem.Status < 500 && problem.Status != http.StatusUnauthorized:
		p := f.start(r)
		p.Title, p.Notice, p.Data = "Checkout", problem.Detail, f.basket(r)
		return render(w, problem.Status, "checkout.html", p)
	}
	return f.fail(w, r, err)
}

func (f *front) listOrders(r *http.Request, p *page) error {
	var list struct{ Items []order }
	p.Title = "Your orders"
	err := f.orders.With("Authorization", bearer(r)).Call(r, http.MethodGet, "/orders", nil, &list)
	p.Data = list.Items
	return err
}

func (f *front) showOrder(r *http.Request, p *page) error {
	var o order
	err := f.orders.With("Authorization", bearer(r)).Call(r, http.MethodGet, "/orders/"+seg(r.PathValue("id")), nil, &o)
	p.Title, p.Data = "Your order", o
	return err
}
