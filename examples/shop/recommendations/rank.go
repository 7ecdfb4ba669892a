package main

import (
	"cmp"
	"slices"
)

// most is how many recommendations are given.
const most = 4

// product is what is needed of the catalog's.
type product struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Category   string `json:"category"`
	PriceCents int    `json:"priceCents"`
	Currency   string `json:"currency"`
	Featured   bool   `json:"featured"`
}

// recommendation is a product and why it is shown.
type recommendation struct {
	SKU        string `json:"sku"`
	Name       string `json:"name"`
	Category   string `json:"category"`
	PriceCents int    `json:"priceCents"`
	Currency   string `json:"currency"`
	Reason     string `json:"reason"`
}

// knowledge is what the other services say; without them it is empty.
type knowledge struct {
	together map[string]int
	stars    map[string]float64
}

// rank returns the best for one who looks at sku, or at nothing yet when it is empty. What was bought together comes first,
// then what stands on the same shelf, then what is liked.
func rank(all []product, sku string, k knowledge) []recommendation {
	category := ""
	for _, p := range all {
		if p.SKU == sku {
			category = p.Category
		}
	}
	score := func(p product) float64 {
		s := 10*float64(k.together[p.SKU]) + k.stars[p.SKU]
		if p.Category == category {
			s += 4
		}
		if p.Featured {
			s++
		}
		return s
	}
	others := slices.DeleteFunc(slices.Clone(all), func(p product) bool { return p.SKU == sku })
	slices.SortStableFunc(others, func(a, b product) int { return cmp.Compare(score(b), score(a)) })
	best := []recommendation{}
	for _, p := range others[:min(most, len(others))] {
		best = append(best, recommendation{p.SKU, p.Name, p.Category, p.PriceCents, p.Currency, reason(p, category, k)})
	}
	return best
}

func reason(p product, category string, k knowledge) string {
	switch {
	case k.together[p.SKU] > 0:
		return "often bought together"
	case p.Category == category:
		return "also in " + category
	case k.stars[p.SKU] >= 4:
		return "well reviewed"
	}
	return "from the catalog"
}
