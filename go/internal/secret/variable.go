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

func (variable) check(bound Binding) error {
	c := manifest.EnvName("").Constraint()
	if name := bound.place(); !regexp.MustCompile(c.Pattern).MatchString(name) || len(name) > c.MaxLength {
		return bound.problem(diag.ExitUsage, "secret-place", "is bound to what cannot be an environment variable").
			Expectedf("env:NAME")
	}
	return nil
}

func (variable) read(_ context.Context, bound Binding) ([]byte, error) {
	value, set := os.LookupEnv(bound.place())
	if !set {
		return nil, bound.problem(diag.ExitNotFound, "secret-missing", "is bound to the environment variable %s, which is not set", bound.place())
	}
	return []byte(value), nil
}
