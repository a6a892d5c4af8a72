package runtimetest

import (
	"encoding/json"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/runtime"
)

// Secret returns the default value of a secret.
func Secret(pointer string) string {
	return "canary" + strings.NewReplacer("/", "-", "~", "").Replace(pointer)
}

func (r *Room) part(p runtime.Part) string {
	if p.Secret == "" {
		return p.Literal
	}
	value, ok := r.Secrets[p.Secret]
	if !ok {
		value = Secret(p.Secret)
	}
	if p.JSON {
		quoted, _ := json.Marshal(value)
		value = string(quoted[1 : len(quoted)-1])
	}
	return value
}
