// Command storefront is the shop as people see it: pages made on the server, which need no script. It owns no data; what it
// shows it asks of the other services, and a page does without what is not essential to it.
package main

import (
	"net/http"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func main() {
	front := newFront(service.Find)
	service.Run("storefront", http.NewCrossOriginProtection().Handler(routes(front).Handler()))
}
