package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// checkout is a saga (Garcia-Molina and Salem, 1987): each step has an undoing, and when one fails those before it are
// undone, the last one first.
type checkout struct {
	carts, catalog, inventory, payments service.Peer
	orders                              *store
}

// place orders a cart. It does not stop when the customer leaves: money that is on its way must arrive or come back.
func (c *checkout) place(r *http.Request, customer, cart, card string) (order, error) {
	r = r.WithContext(context.WithoutCancel(r.Context()))
	if !c.orders.claim(cart) {
		return order{}, service.Refuse(http.StatusConflict, "This cart is ordered already.")
	}
	o, err := c.price(r, cart)
	if err != nil {
		c.orders.waive(cart)
		return o, err
	}
	o.ID, o.customer = rand.Text(), customer
	if err = c.settle(r, o, card); err != nil {
		o.Status = failed
		if p := (*service.Problem)(nil); errors.As(err, &p) && p.Status == http.StatusPaymentRequired {
			o.Status = declined
		}
		c.orders.add(o)
		c.orders.waive(cart)
		return o, err
	}
	c.orders.add(o)
	if err := c.carts.Call(r, http.MethodDelete, "/carts/"+url.PathEscape(cart), nil, nil); err != nil {
		service.Log(r).Warn("an ordered cart stays; it cannot be ordered again", "order", o.ID, "error", err.Error())
	}
	return o, nil
}

// price reads the cart and asks the catalog, not the cart, what things cost.
func (c *checkout) price(r *http.Request, cart string) (order, error) {
	var wish struct{ Items []line }
	if err := c.carts.Call(r, http.MethodGet, "/carts/"+url.PathEscape(cart), nil, &wish); err != nil {
		return order{}, err
	}
	if len(wish.Items) == 0 {
		return order{}, service.Refuse(http.StatusConflict, "The cart is empty.")
	}
	o := order{Status: paid, PlacedAt: time.Now().UTC()}
	for _, l := range wish.Items {
		var p struct {
			Name       string
			PriceCents int
			Currency   string
		}
		if err := c.catalog.Call(r, http.MethodGet, "/products/"+url.PathEscape(l.SKU), nil, &p); err != nil {
			return o, err
		}
		o.Items = append(o.Items, line{l.SKU, p.Name, l.Quantity, p.PriceCents})
		o.TotalCents += l.Quantity * p.PriceCents
		o.Currency = p.Currency
	}
	return o, nil
}

// settle holds the goods, then takes the money. A step that failed is undone like one that did not: a caller who got no
// answer does not know which it was, and both undoings may come before what they undo.
func (c *checkout) settle(r *http.Request, o order, card string) error {
	reservation := map[string]any{"orderId": o.ID, "items": quantities(o.Items)}
	if err := c.inventory.Call(r, http.MethodPost, "/reservations", reservation, nil); err != nil {
		c.undo(r, c.inventory, http.MethodDelete, "/reservations/"+o.ID)
		return err
	}
	charge := map[string]any{"orderId": o.ID, "amountCents": o.TotalCents, "currency": o.Currency, "card": card}
	if err := c.payments.Call(r, http.MethodPost, "/charges", charge, nil); err != nil {
		c.undo(r, c.payments, http.MethodPost, "/charges/"+o.ID+"/refund")
		c.undo(r, c.inventory, http.MethodDelete, "/reservations/"+o.ID)
		return err
	}
	if err := c.inventory.Call(r, http.MethodPost, "/reservations/"+o.ID+"/sale", nil, nil); err != nil {
		service.Log(r).Error("a paid order's goods are held, not sold yet", "order", o.ID, "error", err.Error())
	}
	return nil
}

// undo leaves a line for the person who has to finish by hand what could not be undone.
func (c *checkout) undo(r *http.Request, peer service.Peer, method, path string) {
	if err := peer.Call(r, method, path, nil, nil); err != nil {
		service.Log(r).Error("undoing a step of an order", "call", method+" "+path, "error", err.Error())
		return
	}
	service.Log(r).Info("undone", "call", method+" "+path)
}

func quantities(items []line) []map[string]any {
	var all []map[string]any
	for _, l := range items {
		all = append(all, map[string]any{"sku": l.SKU, "quantity": l.Quantity})
	}
	return all
}
