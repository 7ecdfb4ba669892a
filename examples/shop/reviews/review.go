package main

import (
	"cmp"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// review is one customer's word on one product; stars are 1 to 5.
type review struct {
	ID       string    `json:"id"`
	SKU      string    `json:"sku"`
	Stars    int       `json:"stars"`
	Text     string    `json:"text"`
	Author   string    `json:"author"`
	At       time.Time `json:"at"`
	customer string
}

// rating is what all reviews of a product say together.
type rating struct {
	SKU     string  `json:"sku"`
	Average float64 `json:"average"`
	Count   int     `json:"count"`
}

// store is the reviews in the order in which they came, in memory.
type store struct {
	mu struct {
		sync.Mutex
		reviews []review
	}
}

func newStore(reviews []review) *store {
	s := &store{}
	s.mu.reviews = reviews
	return s
}

func (v review) check() error {
	if v.Stars < 1 || v.Stars > 5 || v.Text == "" || utf8.RuneCountInString(v.Text) > 2000 {
		return service.Refuse(http.StatusUnprocessableEntity, "A review has 1 to 5 stars and a text of 1 to 2000 characters.")
	}
	return nil
}

// add takes one review of a product from each customer.
func (s *store) add(v review) (review, error) {
	v.Text = strings.TrimSpace(v.Text)
	if err := v.check(); err != nil {
		return v, err
	}
	v.ID, v.At = rand.Text(), time.Now().UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.mu.reviews, func(o review) bool { return o.SKU == v.SKU && o.customer == v.customer }) {
		return v, service.Refuse(http.StatusConflict, "You have reviewed this product already.")
	}
	s.mu.reviews = append(s.mu.reviews, v)
	return v, nil
}

// of returns a product's reviews, the latest first.
func (s *store) of(sku string) []review {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []review{}
	for _, v := range slices.Backward(s.mu.reviews) {
		if v.SKU == sku {
			found = append(found, v)
		}
	}
	return found
}

// top returns the rated products, the best first; as good ones by how many say so, then by name.
func (s *store) top() []rating {
	s.mu.Lock()
	defer s.mu.Unlock()
	sums := map[string]rating{}
	for _, v := range s.mu.reviews {
		r := sums[v.SKU]
		sums[v.SKU] = rating{v.SKU, r.Average + float64(v.Stars), r.Count + 1}
	}
	all := []rating{}
	for _, r := range sums {
		r.Average /= float64(r.Count)
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b rating) int {
		return cmp.Or(cmp.Compare(b.Average, a.Average), b.Count-a.Count, cmp.Compare(a.SKU, b.SKU))
	})
	return all
}
