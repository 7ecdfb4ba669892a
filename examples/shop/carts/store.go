package main

import (
	"crypto/rand"
	"net/http"
	"slices"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// maxLines and maxQuantity keep a cart to what one parcel holds.
const (
	maxLines    = 50
	maxQuantity = 99
)

// line is a number of pieces of one product, at the price it had when it was put in; the order asks for the price anew.
type line struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Quantity   int    `json:"quantity"`
	PriceCents int    `json:"priceCents"`
	Currency   string `json:"currency"`
}

type cart struct {
	ID         string `json:"id"`
	Items      []line `json:"items"`
	TotalCents int    `json:"totalCents"`
}

// store is the carts by id, in memory. The lines of a stored cart are never changed in place: readers hold them.
type store struct {
	mu struct {
		sync.Mutex
		carts map[string]cart
	}
}

func newStore() *store {
	s := &store{}
	s.mu.carts = map[string]cart{}
	return s
}

func (s *store) create() cart {
	c := cart{ID: rand.Text(), Items: []line{}} // 130 random bits: an id cannot be guessed
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.carts[c.ID] = c
	return c
}

func (s *store) find(id string) (cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.mu.carts[id]
	if !known {
		return c, service.Refuse(http.StatusNotFound, "There is no such cart.")
	}
	return c, nil
}

// put sets the quantity of a product; a quantity of 0 takes it out.
func (s *store) put(id string, l line) (cart, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, known := s.mu.carts[id]
	if !known {
		return c, service.Refuse(http.StatusNotFound, "There is no such cart.")
	}
	c.Items = slices.Clone(c.Items)
	at := slices.IndexFunc(c.Items, func(o line) bool { return o.SKU == l.SKU })
	switch {
	case l.Quantity == 0:
		c.Items = slices.DeleteFunc(c.Items, func(o line) bool { return o.SKU == l.SKU })
	case at >= 0:
		c.Items[at] = l
	case len(c.Items) == maxLines:
		return c, service.Refuse(http.StatusConflict, "The cart is full.")
	default:
		c.Items = append(c.Items, l)
	}
	c.TotalCents = 0
	for _, l := range c.Items {
		c.TotalCents += l.Quantity * l.PriceCents
	}
	s.mu.carts[id] = c
	return c, nil
}

func (s *store) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.carts, id)
}
