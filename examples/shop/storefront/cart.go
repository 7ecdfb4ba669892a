package main

import (
	"net/http"
	"strconv"

	"github.com/banyan-run/banyan/examples/shop/service"
)

type line struct {
	SKU, Name  string
	Quantity   int
	PriceCents int
	Currency   string
}

// Sum is what the line costs.
func (l line) Sum() int { return l.Quantity * l.PriceCents }

type basket struct {
	ID         string
	Items      []line
	TotalCents int
}

// Currency is that of the first line: the shop has one.
func (b basket) Currency() string {
	if len(b.Items) == 0 {
		return ""
	}
	return b.Items[0].Currency
}

// basket is the customer's cart; an empty one when there is none, or none any more.
func (f *front) basket(r *http.Request) basket {
	var b basket
	if id := cookie(r, cartCookie); id != "" {
		optional(r, f.carts, "/carts/"+seg(id), &b)
	}
	return b
}

func (f *front) cart(r *http.Request, p *page) error {
	p.Title, p.Data = "Your cart", f.basket(r)
	return nil
}

// add puts a product into the cart and makes one when there is none.
func (f *front) add(w http.ResponseWriter, r *http.Request) (string, error) {
	sku := r.PostFormValue("sku")
	n, err := quantity(r)
	if err != nil {
		return "", err
	}
	b := f.basket(r)
	if b.ID == "" {
		if err := f.carts.Call(r, http.MethodPost, "/carts", nil, &b); err != nil {
			return "", err
		}
		keep(w, r, cartCookie, b.ID, 30*24*3600)
	}
	for _, l := range b.Items {
		if l.SKU == sku {
			n += l.Quantity
		}
	}
	return "/shop/cart", f.set(r, b.ID, sku, n)
}

// change sets a quantity; 0 takes the product out.
func (f *front) change(_ http.ResponseWriter, r *http.Request) (string, error) {
	n, err := quantity(r)
	if err != nil {
		return "", err
	}
	return "/shop/cart", f.set(r, cookie(r, cartCookie), r.PathValue("sku"), n)
}

func (f *front) set(r *http.Request, cart, sku string, n int) error {
	if cart == "" {
		return service.Refuse(http.StatusNotFound, "There is no such cart.")
	}
	path := "/carts/" + seg(cart) + "/items/" + seg(sku)
	if n == 0 {
		return f.carts.Call(r, http.MethodDelete, path, nil, nil)
	}
	return f.carts.Call(r, http.MethodPut, path, map[string]int{"quantity": n}, nil)
}

func quantity(r *http.Request) (int, error) {
	n, err := strconv.Atoi(r.PostFormValue("quantity"))
	if err != nil || n < 0 {
		return 0, service.Refuse(http.StatusUnprocessableEntity, "The quantity is a number.")
	}
	return n, nil
}
