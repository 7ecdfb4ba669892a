package main

import (
	"net/http"
	"net/url"
	"sync"

	"github.com/banyan-run/banyan/examples/shop/service"
)

// adviser asks the other services.
type adviser struct{ catalog, reviews, orders service.Peer }

func (a adviser) products(r *http.Request) ([]product, error) {
	var list struct{ Items []product }
	err := a.catalog.Call(r, http.MethodGet, "/products", nil, &list)
	return list.Items, err
}

// know asks both at once, and does without the one that does not answer.
func (a adviser) know(r *http.Request, sku string) knowledge {
	k := knowledge{map[string]int{}, map[string]float64{}}
	var wait sync.WaitGroup
	wait.Go(func() {
		var list struct {
			Items []struct {
				SKU     string
				Average float64
			}
		}
		ask(r, a.reviews, "/reviews/top", &list)
		for _, item := range list.Items {
			k.stars[item.SKU] = item.Average
		}
	})
	wait.Go(func() {
		var list struct {
			Items []struct {
				SKU   string
				Count int
			}
		}
		if sku != "" {
			ask(r, a.orders, "/together/"+url.PathEscape(sku), &list)
		}
		for _, item := range list.Items {
			k.together[item.SKU] = item.Count
		}
	})
	wait.Wait()
	return k
}

func ask(r *http.Request, peer service.Peer, path string, out any) {
	if err := peer.Call(r, http.MethodGet, path, nil, out); err != nil {
		service.Log(r).Warn("recommending without "+path, "error", err.Error())
	}
}
