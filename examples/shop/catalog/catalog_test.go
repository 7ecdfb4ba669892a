package main

import (
	"testing"

	"github.com/banyan-run/banyan/examples/shop/contract"
)

func TestContract(t *testing.T) {
	contract.Check(t, routes("EUR"), []contract.Case{
		{Name: "everything is listed", Operation: "GET /products", Path: "/products", Status: 200},
		{Name: "nothing is found", Operation: "GET /products", Path: "/products?q=submarine", Status: 200},
		{Name: "a product is shown", Operation: "GET /products/{sku}", Path: "/products/desk-lamp", Status: 200},
		{Name: "a product that is not there", Operation: "GET /products/{sku}", Path: "/products/submarine", Status: 404},
		{Name: "categories are listed", Operation: "GET /categories", Path: "/categories", Status: 200},
	})
}

func TestSearch(t *testing.T) {
	for _, row := range []struct {
		says string
		q    query
		want []string
	}{
		{"a word in the name comes before one in a description", query{text: "coffee"}, []string{"stoneware-mug", "pour-over-set"}},
		{"case does not matter and every word must be found", query{text: "TREES banyan"}, []string{"field-guide-trees"}},
		{"a category narrows", query{text: "tea", category: "outdoor"}, []string{"enamel-kettle"}},
		{"the front page of one category", query{category: "books", featured: true}, []string{"field-guide-trees"}},
		{"nothing", query{text: "submarine"}, nil},
	} {
		got := search(seed("EUR"), row.q)
		if len(got) != len(row.want) {
			t.Errorf("%s: found %d products, not %v", row.says, len(got), row.want)
			continue
		}
		for i, p := range got {
			if p.SKU != row.want[i] {
				t.Errorf("%s: %d is %s, not %s", row.says, i, p.SKU, row.want[i])
			}
		}
	}
}
