// Command reviews keeps what customers think of products.
package main

import (
	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func main() {
	service.Run("reviews", routes(newStore(seed()), service.Find("catalog"), token.KeysOf(service.Find("users"))).Handler())
}
