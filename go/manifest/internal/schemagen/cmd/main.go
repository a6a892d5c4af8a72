// Command cmd writes lib/schema from the Go types. It runs in go/manifest, as
// go generate starts it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/insomnia-pods/insomnia/go/manifest/internal/schemagen"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "schemagen:", err)
		os.Exit(1)
	}
}

func run() error {
	schemas, err := schemagen.Generate(".")
	if err != nil {
		return err
	}
	dir := filepath.Join("..", "..", "lib", "schema")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.json"), schemas.Manifest, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "profile.json"), schemas.Profile, 0o644)
}
