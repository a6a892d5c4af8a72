package secret

import (
	"context"
	"os"
	"strings"

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
			Expectedf("env:NAME, with the name of the variable alone, such as env:GITHUB_TOKEN")
	}
	return nil
}

func (variable) read(_ context.Context, bound Binding) ([]byte, error) {
	value, set := os.LookupEnv(bound.place())
	if !set {
		e := bound.problem(diag.ExitNotFound, "secret-missing", "is bound to the environment variable %s, which is not set", bound.place())
		if upper := strings.ToUpper(bound.place()); upper != bound.place() && os.Getenv(upper) != "" {
			return nil, e.Hintf("did you mean %s? insomnia secret bind %s env:%s", upper, bound.Name, upper)
		}
		return nil, e.Hintf("export %s in the shell that starts insomnia\n"+
			"or keep the value in your store: insomnia secret bind %s age:%s, then: insomnia secret set %s", bound.place(), bound.Name, bound.Name, bound.Name)
	}
	return []byte(value), nil
}
