package main

import (
	"slices"
	"strings"
)

// product is one thing on sale. PriceCents is in hundredths of Currency.
type product struct {
	SKU         string `json:"sku"`
	Name        string `json:"name"`
	Category    string `json:"category"`
	Description string `json:"description"`
	PriceCents  int    `json:"priceCents"`
	Currency    string `json:"currency"`
	Featured    bool   `json:"featured"`
}

// query narrows the catalog; an empty field narrows nothing.
type query struct {
	text, category string
	featured       bool
}

// search keeps what matches, best first: a word in the name counts more than one in the description.
func search(all []product, q query) []product {
	words := strings.Fields(strings.ToLower(q.text))
	rank, found := map[string]int{}, []product{}
	for _, p := range all {
		score := p.score(words)
		if score < len(words) || q.category != "" && p.Category != q.category || q.featured && !p.Featured {
			continue
		}
		rank[p.SKU] = score
		found = append(found, p)
	}
	slices.SortStableFunc(found, func(a, b product) int { return rank[b.SKU] - rank[a.SKU] })
	return found
}

// score is at least one for each word when all are found, and 0 when one is not.
func (p product) score(words []string) int {
	total := 0
	for _, word := range words {
		switch {
		case strings.Contains(strings.ToLower(p.Name), word):
			total += 3
		case strings.Contains(p.Category, word):
			total += 2
		case strings.Contains(strings.ToLower(p.Description), word):
			total++
		default:
			return 0
		}
	}
	return total
}
