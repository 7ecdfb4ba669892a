// Command inventory knows what lies on the shelves and for which order it is held back.
package main

import "github.com/banyan-run/banyan/examples/shop/service"

func main() {
	service.Run("inventory", routes(newShelves(seed())).Handler())
}
