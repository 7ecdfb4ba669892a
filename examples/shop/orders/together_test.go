package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func jsonBody(cart, card string) io.Reader {
	return strings.NewReader(`{"cartId": "` + cart + `", "card": "` + card + `"}`)
}

func TestTogether(t *testing.T) {
	baskets := [][]string{{"mug", "pen"}, {"mug", "book", "pen"}, {"pen", "lamp"}}
	for _, row := range []struct {
		says, sku string
		want      []neighbour
	}{
		{"the most frequent first", "mug", []neighbour{{"pen", 2}, {"book", 1}}},
		{"as frequent ones by name", "pen", []neighbour{{"mug", 2}, {"book", 1}, {"lamp", 1}}},
		{"what nobody bought", "tent", nil},
	} {
		if got := together(baskets, row.sku); !slices.Equal(got, row.want) {
			t.Errorf("%s: %v, not %v", row.says, got, row.want)
		}
	}
}

func TestOnlyPaidOrdersCount(t *testing.T) {
	s := newStore()
	s.add(order{Status: declined, Items: []line{{SKU: "mug"}}})
	s.add(order{Status: paid, Items: []line{{SKU: "pen"}}})
	if got := s.baskets(); len(got) != 1 || got[0][0] != "pen" {
		t.Errorf("the baskets are %v", got)
	}
}
