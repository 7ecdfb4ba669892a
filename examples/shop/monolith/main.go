// Command monolith is what the shop was before it had services. It answers every path that nobody has taken over yet, and
// shrinks by one page at a time.
package main

import "github.com/banyan-run/banyan/examples/shop/service"

func main() {
	service.Run("monolith", routes(newList()).Handler())
}
