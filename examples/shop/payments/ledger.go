package main

import (
	"net/http"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// The states of a charge.
const (
	captured = "captured"
	refunded = "refunded"
)

// charge is money taken for an order, and has its id. Of the card only the last four digits are kept.
type charge struct {
	ID          string `json:"id"`
	AmountCents int    `json:"amountCents"`
	Currency    string `json:"currency"`
	Card        string `json:"card"`
	Status      string `json:"status"`
}

// ledger is the charges by order, in memory.
type ledger struct {
	mu struct {
		sync.Mutex
		charges map[string]charge
	}
}

func newLedger() *ledger {
	l := &ledger{}
	l.mu.charges = map[string]charge{}
	return l
}

type request struct {
	OrderID     string
	AmountCents int
	Currency    string
	Card        string
}

func (q request) check() error {
	switch {
	case q.OrderID == "" || q.AmountCents < 1 || len(q.Currency) != 3:
		return service.Refuse(http.StatusUnprocessableEntity, "A charge has an orderId, an amount of at least 1 and a currency of three letters.")
	case digits(q.Card) == "":
		return service.Refuse(http.StatusUnprocessableEntity, "The card's number has a typing error. For a test: "+good+" is charged, "+declined+" is declined.")
	case digits(q.Card) == declined:
		return service.Refuse(http.StatusPaymentRequired, "The card was declined.")
	}
	return nil
}

// charge takes the money once per order: the same request again answers what the first one did.
func (l *ledger) charge(q request) (charge, error) {
	if err := q.check(); err != nil {
		return charge{}, err
	}
	number := digits(q.Card)
	wanted := charge{q.OrderID, q.AmountCents, q.Currency, number[len(number)-4:], captured}
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.mu.charges[q.OrderID]
	switch {
	case known && c.Status == refunded:
		return c, service.Refuse(http.StatusConflict, "The charge of this order was refunded.")
	case known && c != wanted:
		return c, service.Refuse(http.StatusConflict, "This order was charged otherwise before.")
	}
	l.mu.charges[q.OrderID] = wanted
	return wanted, nil
}

func (l *ledger) find(id string) (charge, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.mu.charges[id]
	return c, known
}

// refund gives the money back, once. It also remembers an order that it does not know: a charge that was overtaken by its
// own undoing must not take money.
func (l *ledger) refund(id string) charge {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, known := l.mu.charges[id]
	if !known {
		c = charge{ID: id}
	}
	c.Status = refunded
	l.mu.charges[id] = c
	return c
}
