package main

import (
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

type product struct {
	SKU, Name, Category, Description string
	PriceCents                       int
	Currency                         string
	Reason                           string
}

type review struct {
	Stars        int
	Text, Author string
	At           time.Time
}

type listing struct {
	Items      []product
	Categories []string
	Category   string
	// Front is true where nothing was asked for.
	Front bool
}

// list is the front page, a category and a search.
func (f *front) list(r *http.Request, p *page) error {
	q := r.URL.Query()
	l := listing{Category: q.Get("category"), Front: q.Get("q") == "" && q.Get("category") == ""}
	ask := url.Values{"q": {q.Get("q")}, "category": {l.Category}}
	p.Title = "Good things, made slowly"
	switch {
	case q.Get("q") != "":
		p.Title = "“" + q.Get("q") + "”"
	case l.Category != "":
		p.Title = l.Category
	}
	var categories struct{ Items []string }
	optional(r, f.catalog, "/categories", &categories)
	l.Categories = categories.Items
	if err := f.catalog.Call(r, http.MethodGet, "/products?"+ask.Encode(), nil, &l); err != nil {
		return err
	}
	p.Data = l
	return nil
}

type detail struct {
	product
	// Available is negative when inventory does not say.
	Available int
	Reviews   []review
	Average   int
	Others    []product
	// Reviewed is false when reviews do not answer.
	Reviewed bool
}

// product asks the four services at once, and needs the catalog's answer alone.
func (f *front) product(r *http.Request, p *page) error {
	d := detail{Available: -1}
	sku := r.PathValue("sku")
	if err := f.catalog.Call(r, http.MethodGet, "/products/"+seg(sku), nil, &d.product); err != nil {
		return err
	}
	p.Title = d.Name
	var stock struct{ Available int }
	var reviews struct{ Items []review }
	var others struct{ Items []product }
	var wait sync.WaitGroup
	var counted bool
	wait.Go(func() { counted = optional(r, f.inventory, "/stock/"+seg(sku), &stock) })
	wait.Go(func() { d.Reviewed = optional(r, f.reviews, "/reviews?sku="+url.QueryEscape(sku), &reviews) })
	wait.Go(func() { optional(r, f.recommendations, "/recommendations?sku="+url.QueryEscape(sku), &others) })
	wait.Wait()
	if counted {
		d.Available = stock.Available
	}
	d.Reviews, d.Average, d.Others = reviews.Items, average(reviews.Items), others.Items
	p.Data = d
	return nil
}

// average is rounded to a whole star; 0 without reviews.
func average(all []review) int {
	if len(all) == 0 {
		return 0
	}
	sum := 0
	for _, v := range all {
		sum += v.Stars
	}
	return (2*sum + len(all)) / (2 * len(all))
}

func (f *front) review(_ http.ResponseWriter, r *http.Request) (string, error) {
	sku := r.PathValue("sku")
	stars, _ := strconv.Atoi(r.PostFormValue("stars")) // what is no number is refused by reviews, like 0
	wish := map[string]any{"sku": sku, "stars": stars, "text": r.PostFormValue("text")}
	return "/shop/products/" + seg(sku) + "#reviews", f.reviews.With("Authorization", bearer(r)).Call(r, http.MethodPost, "/reviews", wish, nil)
}
