package secret

import (
	"slices"
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/diag"
	"github.com/insomnia-pods/insomnia/go/manifest"
)

// Allowed judges whether a secret may go where a manifest would send it: only to
// hosts and commands that stand in the user's binding. The manifest can neither
// choose nor widen that, whoever wrote it.
func Allowed(bound Binding, use Use) error {
	to := use.To
	switch {
	case to.Host != "":
		if slices.ContainsFunc(bound.Hosts, func(entry string) bool { return canonical(entry) == to.Host }) {
			return nil
		}
		return bound.problem(diag.ExitRefused, "secret-host", "may not be sent to %s", to.Host).
			Expectedf("%s", among("host", bound.Hosts)).
			Hintf("if it is meant to go there: insomnia secret bind %s %s --host %s", bound.Name, shell(bound.URI), to.Host)
	case len(to.Command) > 0:
		if slices.ContainsFunc(bound.Commands, func(entry string) bool { return begins(to.Command, entry) }) {
			return nil
		}
		return bound.problem(diag.ExitRefused, "secret-command", "may not be given to %s", to).
			Expectedf("%s", among("command", bound.Commands)).
			Hintf("if it is meant to get it: insomnia secret bind %s %s --command %s", bound.Name, shell(bound.URI), shell(JoinWords(to.Command)))
	}
	return bound.problem(diag.ExitRefused, "secret-destination", "goes nowhere: %s", to.Unknown)
}

// canonical is the one way to write a host of a binding.
func canonical(entry string) string {
	if !strings.Contains(entry, "://") {
		entry = "https://" + entry
	}
	return urlHost(manifest.URL(entry)).Host
}

// begins tells whether an argv begins with the words of an entry.
func begins(argv []string, entry string) bool {
	words, err := SplitWords(entry)
	return err == nil && len(words) > 0 && len(words) <= len(argv) && slices.Equal(words, argv[:len(words)])
}

func among(what string, entries []string) string {
	if len(entries) == 0 {
		return "nothing yet: it is bound to no " + what
	}
	return "a " + what + " that you bound it to: " + strings.Join(entries, ", ")
}
