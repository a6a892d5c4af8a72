//go:build !unix

package cli

import (
	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/secret"
)

func findProgram(name string) (string, error) { return name, nil }

func handOver(_ string, _, _ []string, value *secret.Secret) error {
	value.Discard()
	return diag.Errorf(diag.ExitMissing, "no-descriptors", "file descriptors cannot be handed over on this system")
}
