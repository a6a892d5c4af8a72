// Command cmd writes lib/schema and the tables of the Go validator from the Go
// types. It runs in go/manifest, as go generate starts it.
package main

import (
	"fmt"
	"os"

	"github.com/insomnia-pods/insomnia/go/manifest/internal/schemagen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run() error {
	files, err := schemagen.Files(".")
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(file.Path, file.Content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
