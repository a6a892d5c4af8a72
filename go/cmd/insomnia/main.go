// Command insomnia resolves agent profiles written in Nix.
package main

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/cli"
	"github.com/insomnia-pods/insomnia/go/internal/hidden"
)

func main() {
	// Commands that a Pod runs by itself, before the command line is set up: they start at
	// once, and no config or flag reaches them.
	if code, ours := hidden.Run(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(cli.Main(os.Args))
}
