package main

import (
	"net/http"
	"net/url"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

// front holds the services that the pages ask.
type front struct {
	catalog, users, carts, orders, inventory, reviews, recommendations service.Peer
	keys                                                               *token.Keys
}

func newFront(find func(name string) service.Peer) *front {
	users := find("users")
	return &front{
		catalog: find("catalog"), users: users, carts: find("carts"), orders: find("orders"), inventory: find("inventory"),
		reviews: find("reviews"), recommendations: find("recommendations"), keys: token.KeysOf(users),
	}
}

func routes(f *front) service.Routes {
	return service.Routes{
		"GET /{$}":                          func(w http.ResponseWriter, _ *http.Request) error { return see(w, "/shop") },
		"GET /shop":                         f.page("list.html", f.list),
		"GET /shop/{$}":                     func(w http.ResponseWriter, _ *http.Request) error { return see(w, "/shop") },
		"GET /shop/products/{sku}":          f.page("product.html", f.product),
		"POST /shop/products/{sku}/reviews": f.action(f.review),
		"GET /shop/cart":                    f.page("cart.html", f.cart),
		"POST /shop/cart":                   f.action(f.add),
		"POST /shop/cart/{sku}":             f.action(f.change),
		"GET /shop/checkout":                f.page("checkout.html", f.checkout),
		"POST /shop/checkout":               f.order,
		"GET /shop/orders":                  f.page("orders.html", f.listOrders),
		"GET /shop/orders/{id}":             f.page("order.html", f.showOrder),
		"GET /shop/account":                 f.page("account.html", f.account),
		"POST /shop/login":                  f.enter(f.login),
		"POST /shop/register":               f.enter(f.register),
		"POST /shop/logout":                 f.action(f.logout),
		"GET /shop/style.css":               style,
	}
}

// see sends the browser on with a GET, so that reloading the next page repeats nothing.
func see(w http.ResponseWriter, path string) error {
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// optional asks for what a page can do without.
func optional(r *http.Request, peer service.Peer, path string, out any) bool {
	if err := peer.Call(r, http.MethodGet, path, nil, out); err != nil {
		service.Log(r).Warn("a page does without "+path, "error", err.Error())
		return false
	}
	return true
}

func seg(text string) string { return url.PathEscape(text) }
