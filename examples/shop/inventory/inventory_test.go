package main

import (
	"errors"
	"sync"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/service"
)

func TestContract(t *testing.T) {
	const stock, reserve, sell, release = "GET /stock/{sku}", "POST /reservations", "POST /reservations/{id}/sale", "DELETE /reservations/{id}"
	contract.Check(t, routes(newShelves(map[string]int{"mug": 5, "pen": 1})), []contract.Case{
		{Name: "what is left", Operation: stock, Path: "/stock/mug", Status: 200},
		{Name: "a product that is not kept", Operation: stock, Path: "/stock/submarine", Status: 404},
		{Name: "two are held", Operation: reserve, Path: "/reservations", Status: 201, Body: `{"orderId": "1", "items": [{"sku": "mug", "quantity": 2}]}`},
		{Name: "more than are left", Operation: reserve, Path: "/reservations", Status: 409, Body: `{"orderId": "2", "items": [{"sku": "mug", "quantity": 4}]}`},
		{Name: "nothing", Operation: reserve, Path: "/reservations", Status: 422, Body: `{"orderId": "3", "items": []}`},
		{Name: "less than nothing", Operation: reserve, Path: "/reservations", Status: 422, Body: `{"orderId": "3", "items": [{"sku": "mug", "quantity": -4}]}`},
		{Name: "one product twice", Operation: reserve, Path: "/reservations", Status: 422,
			Body: `{"orderId": "3", "items": [{"sku": "pen", "quantity": 1}, {"sku": "pen", "quantity": 1}]}`},
		{Name: "no JSON", Operation: reserve, Path: "/reservations", Status: 400, Body: `{`},
		{Name: "it is sold", Operation: sell, Path: "/reservations/1/sale", Status: 200},
		{Name: "and sold once only", Operation: sell, Path: "/reservations/1/sale", Status: 200},
		{Name: "what was sold is not released", Operation: release, Path: "/reservations/1", Status: 409},
		{Name: "a release before its reservation", Operation: release, Path: "/reservations/4", Status: 204},
		{Name: "which then comes too late", Operation: reserve, Path: "/reservations", Status: 409, Body: `{"orderId": "4", "items": [{"sku": "mug", "quantity": 1}]}`},
		{Name: "and cannot be sold", Operation: sell, Path: "/reservations/4/sale", Status: 409},
		{Name: "nor can what was never held", Operation: sell, Path: "/reservations/5/sale", Status: 404},
	})
}

func TestReservations(t *testing.T) {
	s := newShelves(map[string]int{"mug": 5, "pen": 1})
	left := func(says string, mugs, pens int) {
		t.Helper()
		m, _ := s.available("mug")
		if p, _ := s.available("pen"); m != mugs || p != pens {
			t.Errorf("%s: %d mugs and %d pens are left, not %d and %d", says, m, p, mugs, pens)
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.reserve("1", []line{{"mug", 1}, {"pen", 2}})
	var p *service.Problem
	if !errors.As(err, &p) || p.Status != 409 {
		t.Errorf("two pens of one: %v", err)
	}
	left("what is refused takes nothing, of no product", 5, 1)
	for range 2 {
		_, err = s.reserve("1", []line{{"mug", 2}, {"pen", 1}})
		must(err)
	}
	left("a repeated request takes once", 3, 0)
	for range 2 {
		must(s.release("1"))
	}
	left("a repeated release gives back once", 5, 1)
}

func TestManyAtOnceNeverSellMoreThanThereIs(t *testing.T) {
	s := newShelves(map[string]int{"mug": 10})
	var wait sync.WaitGroup
	won := make(chan string, 50)
	for i := range 50 {
		wait.Go(func() {
			id := string(rune('A' + i))
			if _, err := s.reserve(id, []line{{"mug", 1}}); err == nil {
				won <- id
			}
		})
	}
	wait.Wait()
	if n, _ := s.available("mug"); len(won) != 10 || n != 0 {
		t.Errorf("%d of 50 got one of 10, and %d are left", len(won), n)
	}
}
