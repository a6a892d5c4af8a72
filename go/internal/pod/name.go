package pod

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
)

const maxName = 64

var (
	nameForm = pattern(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)
	idForm   = pattern(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
)

// pattern is compiled when it is first used, and not before main begins.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

// CheckName tells what is wrong with a name for a Pod: it has the form of a
// profile's name and is no ID. Whether another Pod has it, Create tells.
func CheckName(name string) error {
	switch {
	case len(name) > maxName || !nameForm().MatchString(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod", shortened(name)).
			Expectedf("small letters, digits and hyphens between them, at most %d characters: fix-login", maxName)
	case idForm().MatchString(name):
		return diag.Errorf(diag.ExitUsage, "pod-name", "`%s` cannot be the name of a Pod: it is an ID", name).
			Expectedf("a name that nobody takes for an ID: fix-login")
	}
	return nil
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
