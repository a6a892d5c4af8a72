// Command insomnia resolves agent profiles written in Nix.
package main

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args))
}
