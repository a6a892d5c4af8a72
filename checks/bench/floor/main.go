// Command floor decodes, validates and prints a resolved manifest: the least
// that a program which resolves profiles has to do. bench measures against it.
package main

import (
	"fmt"
	"os"

	"github.com/insomnia-pods/insomnia/go/manifest"
)

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	canonical, problems := manifest.Check(data)
	if len(problems) > 0 {
		fmt.Fprintln(os.Stderr, problems)
		os.Exit(1)
	}
	os.Stdout.Write(append(canonical, '\n'))
}
