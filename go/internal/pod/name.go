package pod

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const maxName = 64

// nameForm tells whether a text has the form of a profile's name.
func nameForm(name string) bool {
	for i, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && i > 0 && i < len(name)-1:
		default:
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// CheckName tells what is wrong with a name for a Pod: it has the form of a
// profile's name and is no ID. Whether another Pod has it, Create tells.
func CheckName(name string) error {
	switch {
	case !nameForm(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod", shortened(name)).
			Expectedf("small letters, digits and hyphens between them, at most %d characters: fix-login", maxName)
	case idForm(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod: it is an ID", name).
			Expectedf("a name that nobody takes for an ID: fix-login")
	}
	return nil
}

// nameIn is the name of the Pod in the bytes of a pod.json, which begins with
// it, without a look at the rest; empty when they begin otherwise.
func nameIn(data []byte, id string) string {
	_, rest, ok := bytes.Cut(data, []byte(`{"schema":"`+recordSchema+`","id":"`+id+`","name":"`))
	if !ok {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	if !nameForm(string(name)) {
		return ""
	}
	return string(name)
}

// shortened keeps a text from outside to a length that can be shown.
func shortened(s string) string {
	if len(s) > 2*maxName {
		return s[:2*maxName] + "…"
	}
	return s
}

// freeName is base, or base with the first number that makes a free name of it.
func freeName(base string, taken map[string]string) string {
	name := base
	for n := 2; taken[name] != ""; n++ {
		end := fmt.Sprintf("-%d", n)
		name = strings.TrimRight(base[:min(len(base), maxName-len(end))], "-") + end
	}
	return name
}
