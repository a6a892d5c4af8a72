package manifest

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/langtag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// misfit says what is wrong with a text that is not of the form of a pattern, and what to
// write; empty where nothing is known but the form. lib/validate/formFault.nix says the same.
func (p *pattern) misfit(text string) (message, hint string) {
	switch p.form {
	case "address":
		return addressMisfit(text)
	case "language tag":
		if tag := langtag.Near(text); tag != "" {
			return shown(text) + " is not a language tag", "did you mean `" + tag + "`?"
		}
	}
	return "", ""
}

// addressMisfit does not show the address, since it may hold a password.
func addressMisfit(text string) (message, hint string) {
	scheme, rest, found := strings.Cut(text, "://")
	if !found || scheme != "https" && scheme != "http" {
		return "an address must begin with https:// or http://", "write the whole address, as in https://api.example.org/v1"
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[:end], "@") {
		return "an address has no user", "leave out all up to the `@`; a key goes into auth or headers"
	}
	host, _ := authority(text)
	if _, problem := grammar.HostName(host); problem != nil {
		return problem.Message, problem.Hint
	}
	switch path := rest[end:]; {
	case strings.Contains(path, "#"):
		return "an address has no fragment", "leave out all from the `#` on"
	case path != "":
		return "the path of an address is ASCII without spaces", "write other characters as percent escapes, such as %20 for a space"
	}
	return "the port of an address is a number", "write the port that the server listens on"
}
