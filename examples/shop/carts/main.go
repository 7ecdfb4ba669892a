// Command carts holds what customers mean to buy. Whoever knows a cart's id may fill it, so nobody needs to log in first.
package main

import "github.com/banyan-run/banyan/examples/shop/service"

func main() {
	service.Run("carts", routes(newStore(), service.Find("catalog")).Handler())
}
