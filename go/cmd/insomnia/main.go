// Command insomnia resolves agent profiles written in Nix.
package main

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/cli"
	"github.com/insomnia-pods/insomnia/go/internal/hidden"
)

func main() {
	// Commands that a Pod runs itself, handled before the command line is set up: they
	// start at once, and config and flags do not apply to them.
	if code, ours := hidden.Run(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(cli.Main(os.Args))
}
