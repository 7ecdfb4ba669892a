package main

import (
	"cmp"
	"slices"
)

// neighbour is a product that was bought with another, and how often.
type neighbour struct {
	SKU   string `json:"sku"`
	Count int    `json:"count"`
}

// history is what was bought before this service began to count.
func history() [][]string {
	return [][]string{
		{"stoneware-mug", "pour-over-set"}, {"stoneware-mug", "pour-over-set", "bread-book"}, {"stoneware-mug", "notebook-dotted"},
		{"chef-knife", "linen-apron"}, {"chef-knife", "linen-apron", "bread-book"}, {"desk-lamp", "walnut-tray"},
		{"notebook-dotted", "fountain-pen"}, {"notebook-dotted", "fountain-pen", "desk-lamp"}, {"field-guide-trees", "enamel-kettle"},
		{"trail-tent", "wool-blanket", "enamel-kettle"}, {"trail-tent", "wool-blanket"}, {"trail-tent", "field-guide-trees"},
	}
}

// together counts what stands in one basket with sku, the most frequent first.
func together(baskets [][]string, sku string) []neighbour {
	counts := map[string]int{}
	for _, basket := range baskets {
		if !slices.Contains(basket, sku) {
			continue
		}
		for _, other := range basket {
			if other != sku {
				counts[other]++
			}
		}
	}
	all := []neighbour{}
	for other, n := range counts {
		all = append(all, neighbour{other, n})
	}
	slices.SortFunc(all, func(a, b neighbour) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.SKU, b.SKU)) })
	return all
}
