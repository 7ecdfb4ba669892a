package main

import (
	"strings"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
)

func body(order, amount, card string) string {
	return `{"orderId": "` + order + `", "amountCents": ` + amount + `, "currency": "EUR", "card": "` + card + `"}`
}

func TestContract(t *testing.T) {
	const charge, find, refund = "POST /charges", "GET /charges/{id}", "POST /charges/{id}/refund"
	contract.Check(t, routes(newLedger()), []contract.Case{
		{Name: "a good card is charged", Operation: charge, Path: "/charges", Status: 201, Body: body("1", "1850", "4242 4242 4242 4242")},
		{Name: "the same again changes nothing", Operation: charge, Path: "/charges", Status: 201, Body: body("1", "1850", good)},
		{Name: "another amount for one order", Operation: charge, Path: "/charges", Status: 409, Body: body("1", "9", good)},
		{Name: "the card that is declined", Operation: charge, Path: "/charges", Status: 402, Body: body("2", "1850", declined)},
		{Name: "a typing error", Operation: charge, Path: "/charges", Status: 422, Body: body("2", "1850", "4242424242424241")},
		{Name: "no money", Operation: charge, Path: "/charges", Status: 422, Body: body("2", "0", good)},
		{Name: "no JSON", Operation: charge, Path: "/charges", Status: 400, Body: "{"},
		{Name: "what was charged", Operation: find, Path: "/charges/1", Status: 200},
		{Name: "what was declined is not kept", Operation: find, Path: "/charges/2", Status: 404},
		{Name: "the money goes back", Operation: refund, Path: "/charges/1/refund", Status: 200},
		{Name: "and is not taken again", Operation: charge, Path: "/charges", Status: 409, Body: body("1", "1850", good)},
		{Name: "a refund before its charge", Operation: refund, Path: "/charges/3/refund", Status: 200},
		{Name: "which then comes too late", Operation: charge, Path: "/charges", Status: 409, Body: body("3", "1850", good)},
	})
}

func TestCardNumbers(t *testing.T) {
	for _, row := range []struct{ says, number, want string }{
		{"as printed", "4242 4242 4242 4242", good},
		{"with dashes", "4242-4242-4242-4242", good},
		{"fifteen digits", "378282246310005", "378282246310005"},
		{"two digits exchanged", "4242424242422442", ""},
		{"a letter", "424242424242424a", ""},
		{"all zeros, too short", "000000", ""},
		{"too long", strings.Repeat("0", 20), ""},
		{"nothing", "", ""},
	} {
		if got := digits(row.number); got != row.want {
			t.Errorf("%s: %q, not %q", row.says, got, row.want)
		}
	}
}

func TestOnlyTheLastFourDigitsAreKept(t *testing.T) {
	l := newLedger()
	if _, err := l.charge(request{"1", 100, "EUR", good}); err != nil {
		t.Fatal(err)
	}
	if c, _ := l.find("1"); c.Card != "4242" {
		t.Errorf("the ledger keeps %q of the card", c.Card)
	}
}
