package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
)

func TestContract(t *testing.T) {
	contract.Check(t, routes(newList()), []contract.Case{
		{Name: "the old front page", Operation: "GET /", Path: "/", Status: 200},
		{Name: "a page that is not there", Operation: "GET /", Path: "/impressum.asp", Status: 404},
		{Name: "about", Operation: "GET /about", Path: "/about", Status: 200},
		{Name: "gift cards", Operation: "GET /gift-cards", Path: "/gift-cards?code=BANYAN-2026", Status: 200},
		{Name: "the form", Operation: "GET /newsletter", Path: "/newsletter", Status: 200},
		{Name: "a subscription", Operation: "POST /newsletter", Path: "/newsletter", Body: "email=ada@example.org", Status: 200},
		{Name: "of nobody", Operation: "POST /newsletter", Path: "/newsletter", Body: "email=", Status: 422},
	})
}

func TestPages(t *testing.T) {
	handler := routes(newList()).Handler()
	for _, row := range []struct{ says, method, path, form, shows string }{
		{"a card with money on it", "GET", "/gift-cards?code=banyan-2026", "", "€25.00"},
		{"an empty card", "GET", "/gift-cards?code=THANK-YOU", "", "€0.00"},
		{"no card", "GET", "/gift-cards?code=%3Cb%3E", "", "There is no such card."},
		{"what was typed is escaped", "GET", "/gift-cards?code=%3Cb%3E", "", "&lt;B&gt;"},
		{"a subscription", "POST", "/newsletter", "email=ada@example.org", "You are on the list."},
		{"the same in other letters", "POST", "/newsletter", "email=Ada@Example.org", "already"},
	} {
		r := httptest.NewRequest(row.method, row.path, strings.NewReader(row.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if !strings.Contains(w.Body.String(), row.shows) {
			t.Errorf("%s: %q is not shown", row.says, row.shows)
		}
	}
}
