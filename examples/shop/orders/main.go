// Command orders turns carts into orders: it asks for the prices, holds the goods, takes the money, and undoes what was
// done when a step fails.
package main

import (
	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func main() {
	c := &checkout{
		carts:     service.Find("carts"),
		catalog:   service.Find("catalog"),
		inventory: service.Find("inventory"),
		payments:  service.Find("payments"),
		orders:    newStore(),
	}
	service.Run("orders", routes(c, token.KeysOf(service.Find("users"))).Handler())
}
