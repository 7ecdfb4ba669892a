// Command payments charges cards, after the manner of a payment provider's test mode: the card's number decides.
package main

import "github.com/banyan-run/banyan/examples/shop/service"

func main() {
	service.Run("payments", routes(newLedger()).Handler())
}
