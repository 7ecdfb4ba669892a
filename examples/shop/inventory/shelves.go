package main

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// The states of a reservation; it goes from held to one of the others and stays there.
const (
	held     = "held"
	sold     = "sold"
	released = "released"
)

// line is a number of pieces of one product.
type line struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// reservation holds pieces back for an order, and has its id.
type reservation struct {
	ID     string `json:"id"`
	Items  []line `json:"items"`
	Status string `json:"status"`
}

// shelves are what there is and what is held back. Invariant: free[sku] is never negative, and free plus what is held and
// sold is what there was at the start.
type shelves struct {
	mu struct {
		sync.Mutex
		free         map[string]int
		reservations map[string]reservation
	}
}

func newShelves(stock map[string]int) *shelves {
	s := &shelves{}
	s.mu.free, s.mu.reservations = stock, map[string]reservation{}
	return s
}

func (s *shelves) available(sku string) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, known := s.mu.free[sku]
	return n, known
}

// reserve takes all or nothing. A repeated order id returns the reservation that is there, so that a caller who does not
// know whether an earlier request arrived may send it again.
func (s *shelves) reserve(id string, items []line) (reservation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, known := s.mu.reservations[id]; known {
		if r.Status == released {
			return r, service.Refuse(http.StatusConflict, "The reservation of this order was released.")
		}
		return r, nil
	}
	for i, l := range items {
		if repeated := slices.ContainsFunc(items[:i], func(o line) bool { return o.SKU == l.SKU }); repeated || l.Quantity < 1 {
			return reservation{}, service.Refuse(http.StatusUnprocessableEntity, "Each product is named once, with a quantity of at least 1.")
		}
		if free := s.mu.free[l.SKU]; free < l.Quantity {
			return reservation{}, service.Refuse(http.StatusConflict, fmt.Sprintf("Of %s there are %d left, not %d.", l.SKU, free, l.Quantity))
		}
	}
	for _, l := range items {
		s.mu.free[l.SKU] -= l.Quantity
	}
	r := reservation{id, items, held}
	s.mu.reservations[id] = r
	return r, nil
}

// sell ends a reservation for good: the goods leave the house.
func (s *shelves) sell(id string) (reservation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, known := s.mu.reservations[id]
	switch {
	case !known:
		return r, service.Refuse(http.StatusNotFound, "There is no reservation for this order.")
	case r.Status == released:
		return r, service.Refuse(http.StatusConflict, "The reservation of this order was released.")
	}
	r.Status = sold
	s.mu.reservations[id] = r
	return r, nil
}

// release undoes a reservation, once. It also remembers an id that it does not know: a reservation that was overtaken by
// its own undoing must not hold goods for ever.
func (s *shelves) release(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, known := s.mu.reservations[id]
	switch {
	case !known:
		r = reservation{ID: id, Items: []line{}}
	case r.Status == released:
		return nil
	case r.Status == sold:
		return service.Refuse(http.StatusConflict, "The goods of this order are sold.")
	}
	for _, l := range r.Items {
		s.mu.free[l.SKU] += l.Quantity
	}
	r.Status = released
	s.mu.reservations[id] = r
	return nil
}
