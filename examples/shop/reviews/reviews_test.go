package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/banyan-run/banyan/examples/shop/contract"
	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func TestContract(t *testing.T) {
	signer, err := token.NewSigner()
	if err != nil {
		t.Fatal(err)
	}
	others := httptest.NewServer(service.Routes{
		"GET /.well-known/jwks.json": func(w http.ResponseWriter, _ *http.Request) error {
			return service.JSON(w, http.StatusOK, signer.Document())
		},
		"GET /products/{sku}": func(w http.ResponseWriter, r *http.Request) error {
			switch r.PathValue("sku") {
			case "desk-lamp":
				return service.JSON(w, http.StatusOK, map[string]any{})
			case "broken":
				return errors.New("no disk")
			}
			return service.Refuse(http.StatusNotFound, "The catalog has no such product.")
		},
	}.Handler())
	defer others.Close()
	raw, err := signer.Sign("ada", "Ada", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	grace, err := signer.Sign("grace", "Grace", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ada, peer := map[string]string{"Authorization": "Bearer " + raw}, service.At("others", others.URL)
	const list, top, write = "GET /reviews", "GET /reviews/top", "POST /reviews"
	contract.Check(t, routes(newStore(seed()), peer, token.KeysOf(peer)), []contract.Case{
		{Name: "what others say", Operation: list, Path: "/reviews?sku=trail-tent", Status: 200},
		{Name: "nobody said anything", Operation: list, Path: "/reviews?sku=submarine", Status: 200},
		{Name: "of what", Operation: list, Path: "/reviews", Status: 400},
		{Name: "the best", Operation: top, Path: "/reviews/top", Status: 200},
		{Name: "my word", Operation: write, Path: "/reviews", Header: ada, Status: 201, Body: `{"sku": "desk-lamp", "stars": 5, "text": "Bright."}`},
		{Name: "once only", Operation: write, Path: "/reviews", Header: ada, Status: 409, Body: `{"sku": "desk-lamp", "stars": 1, "text": "Dim."}`},
		{Name: "six stars", Operation: write, Path: "/reviews", Header: ada, Status: 422, Body: `{"sku": "desk-lamp", "stars": 6, "text": "Bright."}`},
		{Name: "as many characters as may be", Operation: write, Path: "/reviews", Header: map[string]string{"Authorization": "Bearer " + grace}, Status: 201,
			Body: `{"sku": "desk-lamp", "stars": 5, "text": "` + strings.Repeat("ü", 2000) + `"}`},
		{Name: "one more", Operation: write, Path: "/reviews", Header: ada, Status: 422, Body: `{"sku": "desk-lamp", "stars": 5, "text": "` + strings.Repeat("ü", 2001) + `"}`},
		{Name: "without a word", Operation: write, Path: "/reviews", Header: ada, Status: 422, Body: `{"sku": "desk-lamp", "stars": 5, "text": " "}`},
		{Name: "of what is not sold", Operation: write, Path: "/reviews", Header: ada, Status: 404, Body: `{"sku": "submarine", "stars": 5, "text": "Deep."}`},
		{Name: "the catalog fails", Operation: write, Path: "/reviews", Header: ada, Status: 502, Body: `{"sku": "broken", "stars": 5, "text": "Bright."}`},
		{Name: "no JSON", Operation: write, Path: "/reviews", Header: ada, Status: 400, Body: `{`},
		{Name: "nobody", Operation: write, Path: "/reviews", Status: 401, Body: `{"sku": "desk-lamp", "stars": 5, "text": "Bright."}`},
	})
}

func TestTop(t *testing.T) {
	s := newStore([]review{{SKU: "mug", Stars: 5}, {SKU: "pen", Stars: 4}, {SKU: "mug", Stars: 3}, {SKU: "tent", Stars: 5}})
	want := []rating{{"tent", 5, 1}, {"mug", 4, 2}, {"pen", 4, 1}}
	if got := s.top(); !slices.Equal(got, want) {
		t.Errorf("the best are %v, not %v", got, want)
	}
}

func TestTheLatestComesFirst(t *testing.T) {
	s := newStore(nil)
	for _, customer := range []string{"ada", "grace"} {
		if _, err := s.add(review{SKU: "mug", Stars: 5, Text: customer, customer: customer}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, v := range s.of("mug") {
		got = append(got, v.Text)
	}
	if strings.Join(got, " ") != "grace ada" {
		t.Errorf("the reviews come as %v", got)
	}
}
