package secret

import (
	"context"
	"os"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/internal/pattern"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// variable is the backend `env:NAME`: the variable of this process, as it is.
type variable struct{}

var variableForm = pattern.Lazy{Text: manifest.EnvName("").Constraint().Pattern}

func (variable) check(bound Binding) error {
	if name := bound.place(); !variableForm.Get().MatchString(name) || len(name) > manifest.EnvName("").Constraint().MaxLength {
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
