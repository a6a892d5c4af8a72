package secret

import (
	"context"
	"os"
	"regexp"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// variable is the backend `env:NAME`: the variable of this process, as it is.
type variable struct{}

func (variable) read(_ context.Context, bound Binding) ([]byte, error) {
	name := bound.place()
	if c := manifest.EnvName("").Constraint(); !regexp.MustCompile(c.Pattern).MatchString(name) || len(name) > c.MaxLength {
		return nil, bound.problem(diag.ExitUsage, "secret-place", "is bound to what cannot be an environment variable").
			Expectedf("env:NAME")
	}
	value, set := os.LookupEnv(name)
	if !set {
		return nil, bound.problem(diag.ExitNotFound, "secret-missing", "is bound to the environment variable %s, which is not set", name)
	}
	return []byte(value), nil
}
