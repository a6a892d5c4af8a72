package manifest

import (
	"strings"

	"github.com/insomnia-pods/insomnia/go/internal/langtag"
	"github.com/insomnia-pods/insomnia/go/permission/grammar"
)

// misfit returns what is wrong with a text that does not match a pattern, and a hint; both
// are empty if only the pattern is known. lib/validate/formFault.nix does the same.
func (p *pattern) misfit(text string) (message, hint string) {
	switch p.form {
	case "address":
		return addressMisfit(text)
	case "host":
		return hostMisfit(text)
	case "request path":
		return requestPathMisfit(text)
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
		return "an address must begin with https:// or http://", "write the whole address, such as https://api.example.org/v1"
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if strings.Contains(rest[:end], "@") {
		return "an address must not contain a user", "remove everything up to the `@`; put a key in auth or headers"
	}
	host, _ := authority(text)
	if _, problem := grammar.HostName(host); problem != nil {
		return problem.Message, problem.Hint
	}
	switch path := rest[end:]; {
	case strings.Contains(path, "#"):
		return "an address must not contain a fragment", "remove the `#` and everything after it"
	case path != "":
		return "the path of an address must be ASCII without spaces", "percent-encode other characters, such as %20 for a space"
	}
	return "the port of an address must be a number", "write the port that the server listens on"
}

// hostMisfit is about the host of a service.
func hostMisfit(text string) (message, hint string) {
	switch {
	case strings.Contains(text, "://"):
		return "a host must not contain a scheme: services use https", "write the host alone, without the scheme and the path"
	case strings.Contains(text, "@"):
		return "a host must not contain a user", "remove everything up to the `@`; put the credential in auth"
	case strings.Contains(text, "/"):
		return "a host must not contain a path", "remove the `/` and everything after it; list paths in paths"
	case strings.Contains(text, "*"):
		return "a service must be a single host", "define a service for each host"
	case strings.Contains(text, "[") || strings.Count(text, ":") > 1:
		return "a host must be a name or an IPv4 address", "write a name that resolves to the address"
	case strings.ToLower(text) != text:
		return "a host must be lowercase", "write it in lowercase"
	case strings.Contains(text, ":"):
		return "the port of a host must be from 1 to 65535", "write the port that the service listens on"
	}
	return "", ""
}

// requestPathMisfit is about the paths that a service passes on.
func requestPathMisfit(text string) (message, hint string) {
	switch {
	case !strings.HasPrefix(text, "/"):
		return "a request path must begin with /", "write the path from the root of the host, such as /repos/**"
	case strings.Contains(text, "%"):
		return "a request path must not contain percent escapes", "write the character itself: paths are compared decoded"
	case strings.ContainsAny(text, "?#"):
		return "a request path must not contain a query or a fragment", "remove the `?` or `#` and everything after it: queries are not compared"
	case strings.Contains(text+"/", "/./") || strings.Contains(text+"/", "/../") || strings.Contains(text, "//"):
		return "a request path must not contain `//`, `.` or `..`", "write the resolved path"
	}
	return "a request path must be ASCII without spaces", "write * for a part with other characters"
}
