package main

import (
	"slices"
	"sync"
	"time"
)

// The states of an order. Declined is the card's doing, failed anybody else's; in both nothing is held and nothing is paid.
const (
	paid     = "paid"
	declined = "declined"
	failed   = "failed"
)

// line is a number of pieces of one product, at the price of the day.
type line struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Quantity   int    `json:"quantity"`
	PriceCents int    `json:"priceCents"`
}

type order struct {
	ID         string    `json:"id"`
	Items      []line    `json:"items"`
	TotalCents int       `json:"totalCents"`
	Currency   string    `json:"currency"`
	Status     string    `json:"status"`
	PlacedAt   time.Time `json:"placedAt"`
	customer   string
}

// store is the orders, in memory, in the order in which they ended.
type store struct {
	mu struct {
		sync.Mutex
		orders []order
		// claimed are the carts that are being ordered or were: two clicks on the button are one order.
		claimed map[string]bool
	}
}

func newStore() *store {
	s := &store{}
	s.mu.claimed = map[string]bool{}
	return s
}

// claim is true for the first who wants to order a cart.
func (s *store) claim(cart string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.claimed[cart] {
		return false
	}
	s.mu.claimed[cart] = true
	return true
}

// waive lets a cart be ordered again.
func (s *store) waive(cart string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.claimed, cart)
}

func (s *store) add(o order) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.orders = append(s.mu.orders, o)
}

// of returns a customer's orders, the latest first.
func (s *store) of(customer string) []order {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := []order{}
	for _, o := range slices.Backward(s.mu.orders) {
		if o.customer == customer {
			own = append(own, o)
		}
	}
	return own
}

// find returns an order to the customer whose it is, and to nobody else.
func (s *store) find(customer, id string) (order, bool) {
	own := s.of(customer)
	i := slices.IndexFunc(own, func(o order) bool { return o.ID == id })
	if i < 0 {
		return order{}, false
	}
	return own[i], true
}

// baskets are the products of each paid order.
func (s *store) baskets() [][]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all [][]string
	for _, o := range s.mu.orders {
		if o.Status != paid {
			continue
		}
		var basket []string
		for _, l := range o.Items {
			basket = append(basket, l.SKU)
		}
		all = append(all, basket)
	}
	return all
}
