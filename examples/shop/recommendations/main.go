// Command recommendations says what else a customer may like. Of the services that it asks only the catalog is needed: what
// the others know makes the answer better, not possible.
package main

import "github.com/banyan-run/banyan/examples/shop/service"

func main() {
	a := adviser{catalog: service.Find("catalog"), reviews: service.Find("reviews"), orders: service.Find("orders")}
	service.Run("recommendations", routes(a).Handler())
}
