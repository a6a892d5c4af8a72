// Insomnia resolves agent profiles written in Nix to one typed manifest.
package main

import (
	"os"
	"runtime/debug"

	"github.com/insomnia-pods/insomnia/go/internal/cli"
)

func main() {
	// A run is short: collecting garbage often costs more than the memory is
	// worth, until there is much of it.
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(1 << 30)
	os.Exit(cli.Main(os.Args))
}
