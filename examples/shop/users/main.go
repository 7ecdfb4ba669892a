// Command users knows the customers: it registers them and signs the tokens that the other services check.
package main

import (
	"log/slog"
	"os"

	"github.com/banyan-run/banyan/examples/shop/service"
	"github.com/banyan-run/banyan/examples/shop/token"
)

func main() {
	signer, err := token.NewSigner()
	if err != nil {
		slog.Error("starting users: " + err.Error())
		os.Exit(1)
	}
	service.Run("users", routes(newStore(iterations), signer).Handler())
}
