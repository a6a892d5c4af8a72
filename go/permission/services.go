package permission

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/manifest"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// servicePrefix begins the variables with the addresses of services.
const servicePrefix = "INSOMNIA_SERVICE_"

// serviceAddress has the form of the address of a service: the port and the token that it
// ends with are others.
const serviceAddress = "http://127.0.0.1:4110/TOKEN"

// services are the variables with the addresses of the services of a manifest. A Pod sets
// them, and a command that changes one is asked about, so that each is one known word.
type services map[string]bool

func servicesOf(m *manifest.Manifest) services {
	s := services{}
	for name := range m.Sandbox.Services {
		s[servicePrefix+strings.ToUpper(strings.ReplaceAll(string(name), "-", "_"))] = true
	}
	return s
}

// named is a program with its services by the names of their variables, as rules have them.
// addressed are the forms of the same with addresses.
func (s services) named(inv *invocation) (named *invocation, addressed []grammar.Words) {
	if len(s) == 0 {
		return inv, nil
	}
	known := func(w word) bool {
		return len(w.services) > 0 && !slices.ContainsFunc(w.services, func(name string) bool { return !s[name] })
	}
	with := func(text func(word) string) (*invocation, bool) {
		other := *inv
		var ok bool
		other.words, ok = changed(inv.words, func(w word) string {
			if !known(w) {
				return ""
			}
			return text(w)
		})
		return &other, ok
	}
	other, ok := with(func(w word) string { return strings.ReplaceAll(w.text, string(rune(unknown)), serviceAddress) })
	if !ok {
		return inv, nil
	}
	addressed, _ = other.forms()
	named, _ = with(func(w word) string { return w.named })
	return named, addressed
}

// atServices puts unknown in the place of the addresses of services, and in another text
// their variables.
func atServices(text string) (dynamic, named string, variables []string) {
	parts := strings.Split(text, string(rune(serviceSign)))
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 1 {
			b.WriteByte(unknown)
			parts[i] = "$" + part
			variables = append(variables, part)
		} else {
			b.WriteString(part)
		}
	}
	return b.String(), strings.Join(parts, ""), variables
}
