package pod

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const maxName = 64

// nameForm reports whether a string has the form of a profile's name.
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

// CheckName returns an error unless a Pod may have the name: it must have the form of a
// profile's name and not that of an ID. Create checks whether another Pod has it.
func CheckName(name string) error {
	switch {
	case !nameForm(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod", shortened(name)).
			Expectedf("lowercase letters, digits and hyphens between them, at most %d characters: fix-login", maxName)
	case idForm(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod: it is an ID", name).
			Expectedf("a name that does not look like an ID: fix-login")
	}
	return nil
}

// nameIn returns the name of the Pod from the start of a pod.json without parsing the
// rest; it is empty if the file begins differently.
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

// shortened cuts untrusted text to a length that can be shown.
func shortened(s string) string {
	if len(s) > 2*maxName {
		return s[:2*maxName] + "…"
	}
	return s
}

// freeName returns base, or base with the first number that makes it unique.
func freeName(base string, taken map[string]string) string {
	name := base
	for n := 2; taken[name] != ""; n++ {
		end := fmt.Sprintf("-%d", n)
		name = strings.TrimRight(base[:min(len(base), maxName-len(end))], "-") + end
	}
	return name
}
