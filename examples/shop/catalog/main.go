// Command catalog knows what the shop sells. It only reads, so any number of instances may run.
package main

import (
	"cmp"
	"os"

	"github.com/banyan-run/banyan/examples/shop/service"
)

func main() {
	service.Run("catalog", routes(cmp.Or(os.Getenv("CURRENCY"), "EUR")).Handler())
}
