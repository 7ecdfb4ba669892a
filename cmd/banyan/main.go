// Command banyan runs an application of many services from one file.
package main

import (
	"os"

	"github.com/banyan-run/banyan/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.Real())) }
