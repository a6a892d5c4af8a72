// Command insomnia resolves agent profiles written in Nix.
package main

import (
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/cli"
	"github.com/insomnia-pods/insomnia/go/internal/guard/hook"
)

func main() {
	// Commands that a Pod runs by itself, before the command line is set up: they start at
	// once, and no config or flag reaches them.
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "pod-hook":
			os.Exit(hook.Main(os.Args[2:]))
		}
	}
	os.Exit(cli.Main(os.Args))
}
